import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Signals at awkward moments, and streams that are closed, full or silent.
struct EndingTests {
  private func sandbox(_ faults: [SandboxFault] = []) throws -> Sandbox {
    try Sandbox.started { $0.faults = faults }
  }

  private func saw(_ path: String, in sandbox: Sandbox) -> Bool { sandbox.requests.contains { $0.path == path } }

  /// The signal, the status, and where the run is when it comes.
  @Test(
    arguments: [
      (SIGINT, Int32(130), SandboxFault(.audience, .status(503, retryAfter: "600"))),
      (SIGTERM, 143, SandboxFault(.audience, .status(503, retryAfter: "600"))),
      (SIGTERM, 143, SandboxFault(.audience, .stall)), (SIGINT, 130, SandboxFault(.audience, .stallInBody)),
    ] as [(Int32, Int32, SandboxFault)])
  func endsAtOnceOnASignal(_ signal: Int32, _ status: Int32, _ fault: SandboxFault) async throws {
    let sandbox = try sandbox([fault])
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token", "--timeout", "900"], sandbox.environment(for: .gitlab),
      interruption: .init(signal: signal) { saw("/_/oidc/audience", in: sandbox) })
    #expect(run.status == status && run.output.isEmpty, "\(run.error)")
    #expect(run.error.contains("[interrupted]"), "\(run.error)")
    #expect(!saw("/_/oidc/mint-token", in: sandbox) && !run.error.contains("may have been minted"))
  }

  /// A credential has been received when it is masked; one whose answer does not come is lost, and that is said.
  @Test func burnsWhatWasMintedBeforeTheSignal() async throws {
    let sandbox = try sandbox([SandboxFault(.exchange, at: "pypi", .stall)])
    let folder = try TestFolder()
    defer { folder.remove() }
    let run = try await BuiltTool.run(
      ["mint", "release", "--format", "json"], sandbox.environment(for: .github), errorIn: folder,
      interruption: .init(signal: SIGTERM) {
        folder.read("stderr").contains("::add-mask::pypi-")
          && sandbox.requests.contains { $0.path == "/_/oidc/mint-token" && $0.listener == "pypi" }
      })
    #expect(run.status == 143 && run.output.isEmpty, "\(run.error)")
    let burned = sandbox.requests.filter { $0.path == "/_/oidc/burn-token" }.map(\.listener)
    #expect(burned == ["testpypi"])
    #expect(run.error.ranges(of: "may have been minted").count == 1, "\(run.error)")
  }

  /// Two answers that do not come are two credentials that may be left: one error does not stand for both.
  @Test func saysForEachTargetWhatMayBeLeft() async throws {
    let sandbox = try sandbox([SandboxFault(.exchange, .stall)])
    let run = try await BuiltTool.run(
      ["mint", "release", "--format", "json"], sandbox.environment(for: .gitlab),
      interruption: .init(signal: SIGTERM) {
        sandbox.requests.count { $0.path == "/_/oidc/mint-token" } == 2
      })
    #expect(run.status == 143 && run.output.isEmpty, "\(run.error)")
    #expect(run.error.ranges(of: "may have been minted").count == 2, "\(run.error)")
    #expect(run.error.contains("\npypi: failed, too: [interrupted] "), "\(run.error)")
  }

  /// A refusal by each registry: what has to be changed at the second one is not left for the next run.
  @Test func saysWhatEachTargetRefused() async throws {
    let sandbox = try sandbox([SandboxFault(.exchange, .refuse("invalid-publisher", "no"))])
    let run = try await BuiltTool.run(
      ["mint", "release", "--format", "json"], sandbox.environment(for: .gitlab))
    #expect(run.status == 6 && run.error.contains("\npypi: failed, too: [publisher-not-found] "), "\(run.error)")
  }

  /// Whatever can no longer be opened: what was minted is burned, and the end is an orderly one.
  @Test(arguments: 13...24) func burnsWhatWasMintedWhenFilesRunOut(_ files: Int) async throws {
    let sandbox = try sandbox()
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--no-compare", "--env", "T={token}", "--", "sh", "-c", "exit 3"],
      sandbox.environment(for: .github), preparation: "ulimit -n \(files)")
    #expect([3, 125, 126].contains(run.status), "\(run.status): \(run.error)")
    let (minted, burned) = (
      saw("/_/oidc/mint-token", in: sandbox), sandbox.requests.count { $0.path == "/_/oidc/burn-token" }
    )
    #expect(burned == (minted ? 1 : 0), "\(run.error)")
  }

  #if os(Linux)
    /// The same of threads and processes.
    ///
    /// Root's are not counted: those of a user are, who has no others.
    @Test(.enabled(if: geteuid() == 0), arguments: 1...7)
    func burnsWhatWasMintedWhenThreadsRunOut(_ threads: Int) async throws {
      let sandbox = try sandbox()
      let folder = try TestFolder()
      defer { folder.remove() }
      _ = unsafe chmod(folder.path, 0o777)
      let variables = sandbox.environment(for: .github).map { "\($0)='\($1)'" }.joined(separator: " ")
      let exit = try await ChildProcess(
        [
          "/bin/sh", "-c",
          "cd '\(folder.path)' && exec env -i PATH=/usr/bin:/bin \(variables) prlimit --nproc=\(threads) setpriv "
            + "--reuid \(61_000 + threads) --regid 65534 --clear-groups '\(BuiltTool.path)' exec pypi --no-compare "
            + "--env T={token} -- sh -c 'exit 3' >shown 2>errors",
        ], environment: .init(["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"])
      ).run()
      #expect([3, 126].contains(exit.status), "\(exit): \(folder.read("errors"))")
      #expect(saw("/_/oidc/mint-token", in: sandbox))
      #expect(saw("/_/oidc/burn-token", in: sandbox), "\(folder.read("errors"))")
    }
  #endif

  @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, 143)] as [(Int32, Int32)])
  func endsWhileItWaitsForStandardInput(_ signal: Int32, _ status: Int32) async throws {
    let sandbox = try sandbox()
    let folder = try TestFolder()
    defer { folder.remove() }
    // The tool itself holds the other end of the pipe open.
    let run = try await BuiltTool.run(
      ["revoke", "pypi"], sandbox.environment(for: .gitlab), in: folder,
      preparation: "mkfifo pipe && exec 3<>pipe", streams: "<&3 2>error",
      interruption: .init(signal: signal) { folder.read("error").contains("rehearsal") })
    #expect(run.status == status && folder.read("error").contains("[interrupted]"), "\(folder.read("error"))")
    #expect(!saw("/_/oidc/burn-token", in: sandbox))
  }

  @Test func endsThoughNobodyReadsWhatItSays() async throws {
    let sandbox = try sandbox()
    let folder = try TestFolder()
    defer { folder.remove() }
    // A pipe holds 64 KiB; it is full before the tool writes.
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token"], sandbox.environment(for: .gitlab), in: folder,
      preparation: "mkfifo pipe && exec 3<>pipe && head -c 65536 /dev/zero >&3", streams: ">&3",
      interruption: .init(signal: SIGTERM) { saw("/_/oidc/mint-token", in: sandbox) })
    #expect(run.status == 143)
  }

  // MARK: Streams

  #if os(Linux)
    /// Whatever took the number of a closed stream would be a command's, and our messages would be written to it.
    @Test func givesNoDescriptorOfItsOwnAway() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let run = try await BuiltTool.run(
        ["sandbox", "--raw", "--", "sh", "-c", "links=$(readlink /proc/$$/fd/[012]); echo \"$links\" >links"],
        in: folder,
        streams: "<&- >&- 2>&-")
      #expect(run.status == 0 && folder.read("links") == "/dev/null\n/dev/null\n/dev/null\n")
    }
  #endif

  @Test func writesAFileWithAllStreamsClosed() async throws {
    let sandbox = try sandbox()
    let folder = try TestFolder()
    defer { folder.remove() }
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--output", "token", "--explain"], sandbox.environment(for: .gitlab), in: folder,
      streams: "<&- >&- 2>&-")
    #expect(run.status == 0 && folder.read("token").wholeMatch(of: /pypi-[\w-]+\n/) != nil)
    #expect(sandbox.requests.allSatisfy { [200, 202].contains($0.status) })
  }

  /// What standard output is: none of these takes the credential.
  @Test(arguments: [">&-", "1<stdin-of-nobody"])
  func burnsWhatNobodyTakes(_ streams: String) async throws {
    let sandbox = try sandbox()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("stdin-of-nobody", "")
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token"], sandbox.environment(for: .gitlab), in: folder, streams: streams)
    #expect(run.status == 10 && run.error.contains("Bad file descriptor"), "\(run.error)")
    #expect(sandbox.requests.last?.path == "/_/oidc/burn-token")
  }

  @Test(arguments: [["rehearse"], ["config"], ["plugins"], ["--help"], ["--version"]])
  func saysOnceThatNobodyTakesItsData(_ arguments: [String]) async throws {
    let run = try await BuiltTool.run(arguments, streams: ">&-")
    #expect(run.status == 10)
    #expect(run.error.ranges(of: "standard output").count == 1, "\(run.error)")
  }

  /// The file may grow by less than the record: what was written of it is taken back.
  @Test func leavesNoHalfOfARecord() async throws {
    let sandbox = try sandbox()
    let folder = try TestFolder()
    defer { folder.remove() }
    // 32 bytes less than 2048 blocks of 512; the Thread Sanitizer needs a file of 512 KiB when the tool starts.
    let before = String(repeating: "earlier-output1=one of these\n\n\n\n", count: 32767)
    try folder.write("output", before)
    let run = try await BuiltTool.run(
      ["mint", "pypi"], sandbox.environment(for: .github).merging(["GITHUB_OUTPUT": "output"]) { $1 }, in: folder,
      preparation: "ulimit -f 2048")
    #expect(run.status == 10)
    #expect(folder.read("output") == before)
    #expect(sandbox.requests.last?.path == "/_/oidc/burn-token")
  }

  #if os(Linux)
    @Test func refusesATerminal() async throws {
      let sandbox = try sandbox()
      let terminal = try Terminal()
      for (options, status) in [([], 2), (["--reveal"], 0)] as [([String], Int32)] {
        let environment = sandbox.environment(for: .gitlab)
        let run = try await BuiltTool.run(
          ["mint", "pypi", "--format", "token"] + options, environment, streams: ">\(terminal.path)")
        #expect(run.status == status, "\(run.error)")
        #expect(run.error.contains("--reveal") == (status == 2), "\(run.error)")
      }
      #expect(sandbox.requests.count { $0.path == "/_/oidc/mint-token" } == 1)
    }
  #endif
}

#if os(Linux)
  /// A terminal that nobody sits at.
  private final class Terminal: Sendable {
    let path: String
    private let number: Int32

    // asm-generic/ioctls.h
    private static let lock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    init() throws {
      number = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
      var unlocked: Int32 = 0
      var other: Int32 = 0
      // The kernel reads and fills these within each call.
      guard number >= 0, unsafe ioctl(number, Self.lock, &unlocked) == 0,
        unsafe ioctl(number, Self.getNumber, &other) == 0
      else { throw BrokerError(.unavailable, "there is no terminal") }
      path = "/dev/pts/\(other)"
    }

    deinit { close(number) }
  }
#endif
