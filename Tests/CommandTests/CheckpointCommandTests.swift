import FoundationEssentials
import TestSupport
import Testing

extension CommandTests {
  @Suite struct CheckpointCommandTests {
    private let workplace: Workplace
    private let newest = "run/checkpoints/step-00000020"
    private let before = "run/checkpoints/step-00000015"
    private let digest: String

    init() throws {
      workplace = try Workplace()
      digest = try workplace.train("run").parametersDigest
    }

    private func checkpoint(_ command: String..., of name: String) throws -> RunningProcess.Output {
      try workplace.start(["checkpoint"] + command + ["\(workplace.path)/\(name)"]).wait()
    }

    @Test("digest prints 64 hexadecimal digits: of a run's newest checkpoint, or of the one that is given")
    func digests() throws {
      #expect(digest.count == 64 && digest.allSatisfy(\.isHexDigit))
      for name in ["run", "run/", "run/checkpoints", newest] {
        #expect(try workplace.digest(name) == digest + "\n")
      }
      #expect(try workplace.digest(before) != digest + "\n")
    }

    @Test("inspect tells the step, the files and the tensors; with --json it prints the manifest")
    func inspect() throws {
      let text = try checkpoint("inspect", of: "run").standardOutput
      for line in ["step          20", "samples seen  160", "lanes         4", "digest        \(digest)"] {
        #expect(text.contains(line + "\n"))
      }
      #expect(text.contains("layers.0.weight"))
      #expect(text.contains("[5, 8]"))
      let manifest = try checkpoint("inspect", "--json", of: before)
      let fields = try JSONDecoder().decode(Manifest.self, from: Data(manifest.standardOutput.utf8))
      #expect(fields.training.progress.step == 15)
    }

    private struct Manifest: Decodable {
      struct Training: Decodable {
        struct Progress: Decodable { let step: Int }
        let progress: Progress
      }
      let training: Training
    }

    @Test("verify lists every file of every checkpoint of a run as sound")
    func verify() throws {
      let output = try checkpoint("verify", of: "run")
      #expect(output.exitCode == 0)
      #expect(output.standardError == "")
      let lines = output.standardOutput.split(separator: "\n")
      #expect(lines.count == 4 * (1 + 3))
      #expect(lines.count { $0.hasSuffix("  ok") } == 4 * 3)
    }

    /// A way to damage the newest checkpoint, and the words for it.
    struct Damage: CustomTestStringConvertible, Sendable {
      let testDescription: String
      let words: String
      let harm: @Sendable (TemporaryFolder, _ checkpoint: String) throws -> Void
    }

    static let damages = [
      Damage(testDescription: "truncated", words: "model-00001-of-00001.safetensors is truncated: ") {
        let file = $1 + "/model-00001-of-00001.safetensors"
        try $0.write(Array($0.bytes(file).dropLast()), to: file)
      },
      Damage(
        testDescription: "one bit flipped",
        words: "optimizer-00001-of-00001.safetensors is changed: its checksum does not match"
      ) {
        let file = $1 + "/optimizer-00001-of-00001.safetensors"
        var bytes = try $0.bytes(file)
        bytes[bytes.count - 100] ^= 4
        try $0.write(bytes, to: file)
      },
      Damage(testDescription: "without its manifest", words: "MANIFEST.json is missing") {
        try $0.remove($1 + "/MANIFEST.json")
      },
      Damage(testDescription: "with a changed manifest", words: "MANIFEST.json is cut off or changed") {
        let text = try $0.text($1 + "/MANIFEST.json")
        try $0.write(text.replacing(#""step" : 20"#, with: #""step" : 21"#), to: $1 + "/MANIFEST.json")
      },
      Damage(testDescription: "without a file", words: "model-00001-of-00001.safetensors is missing") {
        try $0.remove($1 + "/model-00001-of-00001.safetensors")
      },
    ]

    @Test("a damaged newest checkpoint is named, and the newest good one is used instead", arguments: damages)
    func damaged(damage: Damage) throws {
      let digestBefore = try workplace.digest(before)
      try damage.harm(workplace.folder, newest)
      let verified = try checkpoint("verify", of: "run")
      #expect(verified.exitCode == 65)
      #expect(verified.standardOutput.ranges(of: "DAMAGED: \(damage.words)").count == 1)
      #expect(
        verified.standardError.hasPrefix("revoada: error: checkpoint \(workplace.path)/\(newest) cannot be used: "))
      let alone = try checkpoint("digest", of: newest)
      #expect(alone.exitCode == 65)
      #expect(alone.standardOutput == "")
      #expect(alone.standardError.contains(damage.words))

      let fallback = try checkpoint("digest", of: "run")
      #expect(fallback.exitCode == 0)
      #expect(fallback.standardOutput == digestBefore)
      #expect(fallback.standardError.contains("skipped checkpoint \(workplace.path)/\(newest): \(damage.words)"))
      let resumed = try workplace.startTraining("run").wait()
      #expect(resumed.exitCode == 0)
      #expect(resumed.standardError.contains("skipped checkpoint \(workplace.path)/\(newest): \(damage.words)"))
      #expect(resumed.standardError.contains("resumed from \(workplace.path)/\(before)\n"))
      #expect(try workplace.digest("run") == digest + "\n")
      #expect(try checkpoint("verify", of: "run").exitCode == 0)
    }

    @Test("a half-written one is none yet: it is passed over, said to be so, and gone after the next save")
    func halfWritten() throws {
      try workplace.folder.rename(newest, to: newest + ".partial")
      try workplace.folder.remove(newest + ".partial/MANIFEST.json")
      let resumed = try workplace.startTraining("run", ranks: 2).wait()
      #expect(resumed.exitCode == 0)
      #expect(
        resumed.standardError.ranges(of: "skipped checkpoint \(workplace.path)/\(newest).partial: half-written").count
          == 1)
      #expect(try workplace.digest("run") == digest + "\n")
      #expect(!workplace.folder.exists(newest + ".partial"))
    }

    @Test("where no checkpoint is sound training does not begin anew by itself")
    func allDamaged() throws {
      for step in ["05", "10", "15", "20"] {
        try workplace.folder.write("", to: "run/checkpoints/step-000000\(step)/MANIFEST.json")
      }
      let output = try workplace.startTraining("run", ranks: 2).wait()
      #expect(output.exitCode == 65)
      #expect(output.standardError.ranges(of: "revoada: error:").count == 1)
      #expect(output.standardError.contains("every checkpoint in \(workplace.path)/run/checkpoints is damaged"))
      #expect(try checkpoint("digest", of: "run").exitCode == 65)
    }

    @Test("a folder without checkpoints, or none at all, is an error with status 66", arguments: ["", "nowhere"])
    func notThere(name: String) throws {
      for command in ["digest", "inspect", "verify"] {
        let output = try checkpoint(command, of: name)
        #expect(output.exitCode == 66)
        #expect(output.standardOutput == "")
        #expect(output.standardError.hasPrefix("revoada: error: there is no checkpoint in \(workplace.path)"))
      }
    }
  }
}
