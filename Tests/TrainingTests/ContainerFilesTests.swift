import FoundationEssentials
import TestSupport
import Testing

@testable import Training

/// The files in `cluster` that no program of ours reads: no cluster and no container engine is there to try them on.
@Suite("A container's file")
struct ContainerFilesTests {
  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "\(repositoryRoot)/\(path)")), as: UTF8.self)
  }

  private func manifest(_ name: String) throws -> YAMLNode {
    let node = try YAMLComposer.compose(
      text("cluster/kubernetes/\(name)"), at: SourceLocation(name: name, line: 1, column: 1, directory: "/"))
    return try #require(node)
  }

  @Test("for Kubernetes has the fields of its schema and no others")
  func schema() throws {
    #expect(ManifestField.mpiJob.problems(try manifest("mpijob.yaml"), at: "MPIJob") == [])
    #expect(ManifestField.volumeClaim.problems(try manifest("runs-claim.yaml"), at: "claim") == [])
  }

  @Test("for Kubernetes that is spoilt is found out")
  func spoilt() throws {
    var job = try manifest("mpijob.yaml")
    let location = job.location
    func scalar(_ text: String) -> YAMLNode {
      YAMLNode(content: .scalar(text: text, isPlain: true), location: location)
    }
    job.set(["spec", "runPolicy", "cleanPods"], to: scalar("Running"))
    job.set(["spec", "slotsPerWorker"], to: scalar("two"))
    job.set(["spec", "sshAuthMountPath"], to: scalar("7"))
    #expect(
      ManifestField.mpiJob.problems(job, at: "MPIJob").sorted() == [
        "MPIJob.spec.runPolicy.cleanPods is unknown", "MPIJob.spec.slotsPerWorker is two",
        "MPIJob.spec.sshAuthMountPath is 7, not a text",
      ])
  }

  @Test("mounts volumes that are there, keys where ssh looks for them, and shared memory that counts as the pod's")
  func agreement() throws {
    let job = try text("cluster/kubernetes/mpijob.yaml")
    let (server, client) = (try text("cluster/container/sshd_config"), try text("cluster/container/ssh_config"))
    let claim = try text("cluster/kubernetes/runs-claim.yaml")
    for file in [server, client, try text("cluster/container/known-hosts")] {
      #expect(file.contains("/home/revoada/.ssh/id_rsa"))
    }
    #expect(job.contains("sshAuthMountPath: /home/revoada/.ssh\n"))
    #expect(server.contains("\nPort 2222\n") && client.contains("\n  Port 2222\n") && job.contains("port: 2222 "))
    #expect(job.contains("claimName: revoada-runs") && claim.contains("name: revoada-runs"))
    #expect(job.contains("mountPath: /dev/shm") && job.contains("emptyDir: { medium: Memory, sizeLimit: 2Gi }"))
  }

  @Test("for images copies what is there, keeps no key, and does not run as root")
  func image() throws {
    let lines = try text("cluster/container/Containerfile").split(separator: "\n")
    let copies = lines.filter { $0.hasPrefix("COPY ") && !$0.hasPrefix("COPY --from") }
    #expect(copies.count >= 9)
    for copy in copies {
      for source in copy.split(separator: " ").dropFirst().dropLast() {
        #expect(FileManager.default.fileExists(atPath: "\(repositoryRoot)/\(source)"), "\(copy)")
      }
    }
    #expect(lines.last { $0.hasPrefix("USER ") } == "USER 1000:1000")
    #expect(lines.contains { $0.contains("rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_*") })
    #expect(lines.contains("RUN cluster/bootstrap.sh") && lines.contains("RUN make build"))
  }
}
