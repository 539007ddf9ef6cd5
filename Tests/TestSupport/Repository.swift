/// The folder of this package's sources, from which tests read `configs/` and run `cluster/`.
public let repositoryRoot = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
