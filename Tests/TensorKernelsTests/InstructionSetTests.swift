#if arch(x86_64)
  import Glibc
  import KernelInterface
  import Testing

  /// The builds are one set of sources compiled twice and linked into one program. A function that both contain under one
  /// name would be kept once, from either, and an older processor would meet instructions that it does not know.
  @Suite struct InstructionSetTests {
    @Test(
      "only the AVX-512 build contains AVX-512 instructions",
      .enabled(if: isInstalled("objdump"), "objdump is not installed (Debian: binutils)"))
    func disassembly() throws {
      // zmm registers, registers 16 to 31 and mask registers exist in AVX-512 only.
      let avx512 = "%zmm|%[xy]mm(1[6-9]|2[0-9]|3[01])|%k[0-7]"
      let output = try output(
        of:
          "objdump -d --no-show-raw-insn '\(probe)' | awk '/^[0-9a-f]+ </ { f = $2 } /\(avx512)/ { print f }' | sort -u"
      )
      let functions = output.split(separator: "\n")
      #expect(functions.contains { $0.contains("TensorKernelsAVX512") })
      #expect(functions.filter { !$0.contains("TensorKernelsAVX512") } == [])
    }

    @Test(
      "the AVX2 build runs on a processor without AVX-512, to the same bits",
      .enabled(if: isInstalled("qemu-x86_64"), "qemu-x86_64 is not installed (Debian: qemu-user)"))
    func haswell() throws {
      let emulated = { (build: String) in "qemu-x86_64 -cpu Haswell '\(probe)' \(build) 2> /dev/null" }
      #expect(try output(of: emulated("avx2")) == output(of: "'\(probe)' avx2"))
      // The emulator is a judge: it stops the other build.
      #expect(throws: CommandFailure.self) { try output(of: emulated("avx512")) }
    }

    @Test("both builds give the same bits")
    func digests() throws {
      let digests = try InstructionSet.available.map { try output(of: "'\(probe)' \($0.rawValue)") }
      #expect(Set(digests).count == 1)
    }

    /// `kernel-probe` lies beside the test program.
    private var probe: String {
      var path = [CChar](repeating: 0, count: Int(PATH_MAX))
      readlink("/proc/self/exe", &path, path.count - 1)
      let program = String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      return program[..<program.lastIndex(of: "/")!] + "/kernel-probe"
    }
  }

  private func isInstalled(_ program: String) -> Bool { system("command -v \(program) > /dev/null") == 0 }

  private struct CommandFailure: Error {
    let command: String
    let status: Int32
  }

  /// What `command` writes to standard output.
  private func output(of command: String) throws -> String {
    guard let pipe = popen(command, "r") else { throw CommandFailure(command: command, status: errno) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { bytes += chunk[..<count] }
    let status = pclose(pipe)
    if status != 0 { throw CommandFailure(command: command, status: status) }
    return String(decoding: bytes, as: UTF8.self)
  }
#endif
