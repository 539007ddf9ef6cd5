// swift-tools-version: 6.2
import PackageDescription

// The kernels are one folder of sources, built once per instruction set: the other folders are links to it.
#if arch(x86_64)
  let kernelBuilds: [(target: String, flags: [String])] = [
    (
      "TensorKernelsAVX2",
      ["-Xcc", "-mavx2", "-Xcc", "-mfma", "-Xcc", "-mbmi2"]
    ),
    (
      "TensorKernelsAVX512",
      [
        "-DAVX512", "-Xcc", "-mavx2", "-Xcc", "-mfma", "-Xcc", "-mbmi2",
        "-Xcc", "-mavx512f", "-Xcc", "-mavx512dq", "-Xcc", "-mavx512bw", "-Xcc", "-mavx512vl",
        "-Xcc", "-mprefer-vector-width=512",
      ]
    ),
  ]
#else
  let kernelBuilds: [(target: String, flags: [String])] = [("TensorKernels", [])]
#endif
let kernelTargets = kernelBuilds.map { Target.Dependency.target(name: $0.target) }

// A program that holds both x86 builds of the kernels, for a test that looks for instructions in the wrong one.
#if arch(x86_64)
  let kernelProbe: [Target.Dependency] = ["kernel-probe"]
  let kernelProbeTargets: [Target] = [
    .executableTarget(
      name: "kernel-probe", dependencies: ["KernelInterface"] + kernelTargets, path: "Tests/KernelProbe")
  ]
#else
  let kernelProbe: [Target.Dependency] = []
  let kernelProbeTargets: [Target] = []
#endif

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
  name: "revoada",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // Imports point down this list, never up.
    .executableTarget(
      name: "revoada",
      dependencies: [
        "Benchmarks", "Planning", "Training", "Launching", "ModelExchange", "Inference", "Checkpoints",
        "MPICollectives", "MessagePassing", "Collectives", "Datasets", "Tokenizers", "ModelZoo", "Layers", "Autograd",
        "TensorCore", "KernelInterface",
        "Supervision", "Tables", "Files", "Platform", "Failures", argumentParser,
      ]),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Planning", "Training", "Collectives", "Tokenizers", "ModelZoo", "Optimizers", "Layers", "Autograd",
        "TensorCore", "KernelInterface", "Tables", "Failures",
      ],
      path: "benchmarks/Sources"),
    .target(
      name: "Launching",
      dependencies: ["Supervision", "TensorCore", "Tables", "Platform", "Failures", subprocess],
      swiftSettings: [.enableExperimentalFeature("Extern")]),
    .target(
      name: "Training",
      dependencies: [
        "Inference", "Checkpoints", "Collectives", "Datasets", "Tokenizers", "ModelZoo", "Optimizers", "Layers",
        "Autograd", "TensorCore", "Supervision", "Tables", "Files", "Platform", "Failures", "CYAML",
      ],
      linkerSettings: [.linkedLibrary(":libyaml.a")]),
    .target(
      name: "ModelExchange",
      dependencies: [
        "Inference", "Checkpoints", "Tokenizers", "ModelZoo", "Layers", "TensorCore", "Files", "Failures",
      ]),
    .target(
      name: "Inference",
      dependencies: [
        "Checkpoints", "Tokenizers", "ModelZoo", "Layers", "Autograd", "TensorCore", "KernelInterface", "Files",
        "Failures",
      ]),
    .target(
      name: "Checkpoints", dependencies: ["Files", "Failures", "CCrypto"],
      linkerSettings: [.linkedLibrary(":libcrypto.a")]),
    .target(name: "MPICollectives", dependencies: ["Collectives", "MessagePassing", "Failures"]),
    .target(name: "Collectives", dependencies: ["TensorCore", "KernelInterface", "Platform", "Failures"]),
    .target(
      name: "Datasets", dependencies: ["Tokenizers", "Files", "Failures", "CZlib", "KernelInterface"],
      resources: [.embedInCode("Resources/digits.csv.gz")],
      linkerSettings: [.linkedLibrary(":libz.a")]),
    .target(name: "Tokenizers", dependencies: ["TensorCore", "Files", "Failures"]),
    .target(name: "ModelZoo", dependencies: ["Layers", "Autograd", "TensorCore"]),
    .target(name: "Optimizers", dependencies: ["TensorCore", "KernelInterface"]),
    .target(name: "Layers", dependencies: ["Autograd", "TensorCore", "KernelInterface"]),
    .target(name: "Autograd", dependencies: ["TensorCore", "KernelInterface"]),
    .target(
      name: "TensorCore", dependencies: ["KernelInterface", "Platform"] + kernelTargets,
      swiftSettings: [.enableExperimentalFeature("Extern")]),
    .target(name: "KernelInterface"),
    .target(name: "MessagePassing", dependencies: ["CMPIShim", "Failures"]),
    .target(name: "CMPIShim", dependencies: ["CMPI"]),
    .target(name: "Supervision", dependencies: ["Platform"]),
    .target(name: "Planning", dependencies: ["Tables"]),
    .target(name: "Tables"),
    .target(name: "Files", dependencies: ["Platform", "Failures"]),
    .target(name: "Platform", swiftSettings: [.enableExperimentalFeature("Extern")]),
    .target(name: "Failures"),
    .systemLibrary(
      name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev", "openmpi-bin", "pkg-config"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
  ]
    + kernelBuilds.map { build in
      .target(
        name: build.target, dependencies: ["KernelInterface"],
        swiftSettings: [
          .unsafeFlags(
            [
              "-Ounchecked", "-wmo", "-num-threads", "2", "-disable-batch-mode", "-Xcc", "-fno-math-errno",
              "-Xfrontend", "-disable-stack-protector", "-enable-experimental-feature", "BuiltinModule",
            ] + build.flags)
        ])
    }
    + kernelProbeTargets
    + [
      .target(
        name: "TestSupport", dependencies: ["Collectives", "Failures"], path: "Tests/TestSupport"),
      .target(name: "GroupChecks", dependencies: ["Collectives", "Failures"], path: "Tests/GroupChecks"),
      .executableTarget(
        name: "parallel-tests",
        dependencies: ["MessagePassing", "MPICollectives", "Collectives", "Failures", "GroupChecks"],
        path: "Tests/Parallel"),
      .executableTarget(
        name: "same-bits",
        dependencies: ["TestSupport", "TensorCore", "KernelInterface", "Tables", argumentParser],
        path: "Tests/SameBits"),
      .executableTarget(
        name: "chaos", dependencies: ["TestSupport", "Tables", argumentParser], path: "Tests/Chaos"),
      .executableTarget(
        name: "model-peers",
        dependencies: [
          "ModelExchange", "Checkpoints", "ModelZoo", "Optimizers", "Layers", "Autograd", "TensorCore",
          "KernelInterface", "Files", argumentParser,
        ],
        path: "Tests/ModelPeers"),
      .target(
        name: "FuzzedParsers",
        dependencies: [
          "Training", "Launching", "Supervision", "ModelExchange", "Inference", "ModelZoo", "Checkpoints", "Datasets",
          "Tokenizers", "Files",
          "Failures", "TestSupport", "CCrypto",
        ],
        path: "Tests/Fuzzing/Parsers"),
      .executableTarget(
        name: "fuzz-parsers", dependencies: ["FuzzedParsers"], path: "Tests/Fuzzing/Driver",
        swiftSettings: [.enableExperimentalFeature("Extern")]),
    ]
    + [
      testTarget("MessagePassing", ["parallel-tests", "MessagePassing"]),
      testTarget("Collectives", ["Collectives", "GroupChecks", "TensorCore", "KernelInterface"]),
      testTarget("TensorKernels", ["KernelInterface"] + kernelTargets + kernelProbe),
      testTarget("TensorCore", ["TensorCore"]),
      testTarget("Autograd", ["Autograd", "TensorCore"]),
      testTarget("Layers", ["Layers", "ModelZoo", "Autograd", "TensorCore"]),
      testTarget("Optimizers", ["Optimizers", "TensorCore"]),
      testTarget("Datasets", ["Datasets", "Tokenizers", "Files", "Failures", "CZlib"]),
      testTarget("Tokenizers", ["Tokenizers", "Files", "Failures"]),
      testTarget("Files", ["Files"]),
      testTarget(
        "Inference",
        ["Inference", "Checkpoints", "Tokenizers", "ModelZoo", "Layers", "TensorCore", "KernelInterface", "Files"]),
      testTarget(
        "ModelExchange",
        [
          "ModelExchange", "Inference", "Checkpoints", "Tokenizers", "ModelZoo", "Optimizers", "Layers", "Autograd",
          "TensorCore", "KernelInterface", "Files", "Failures",
        ]),
      testTarget("Checkpoints", ["Checkpoints", "Files", "Failures"]),
      testTarget(
        "Training",
        [
          "Training", "Checkpoints", "Collectives", "Datasets", "Tokenizers", "ModelZoo", "Layers", "Autograd",
          "TensorCore",
          "KernelInterface", "Supervision", "Files", "Failures",
        ]),
      testTarget("Planning", ["Planning"]),
      testTarget("Benchmarks", ["Benchmarks", "Training", "Collectives", "TensorCore", "KernelInterface", "Tables"]),
      testTarget("Tables", ["Tables"]),
      testTarget("Launching", ["revoada", "Launching", "Supervision", "Platform", "Failures"]),
      testTarget("Supervision", ["Supervision"]),
      testTarget("Fuzzing", ["FuzzedParsers"]),
      testTarget(
        "Command",
        [
          "revoada", "same-bits", "ModelExchange", "ModelZoo", "Tokenizers", "Files", "Training", "TensorCore",
          "KernelInterface",
        ]),
    ]
)

func testTarget(_ module: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: module + "Tests", dependencies: dependencies + ["TestSupport"])
}
