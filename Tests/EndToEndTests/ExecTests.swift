import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

struct ExecTests {
  private func sandbox(
    _ change: (inout SandboxConfiguration) -> Void = { _ in }
  ) throws -> Sandbox {
    var configuration = SandboxConfiguration(now: SystemTime.source.now)
    change(&configuration)
    let sandbox = try Sandbox(configuration)
    sandbox.start()
    return sandbox
  }

  private func steps(_ sandbox: Sandbox) -> [String] {
    sandbox.requests.filter { $0.listener != "directory" }.map { "\($0.listener) \($0.path)" }
  }

  /// Each target in order; a token is asked for at its turn only, and burned before the next.
  @Test(arguments: [SandboxProvider.github, .gitlab])
  func runsTheCommandOncePerTarget(_ provider: SandboxProvider) async throws {
    let sandbox = try sandbox()
    let run = try await BuiltTool.run(
      ["exec", "release", "--env", "T={token}", "--env", "A={username}@{url}", "--", "sh", "-c"]
        + ["echo {registry} $A $T"],
      sandbox.environment(for: provider))
    #expect(run.status == 0, "\(run.error)")
    let lines = run.output.split(separator: "\n").map { $0.split(separator: " ") }
    let testpypi = try #require(sandbox.origin(of: "testpypi"))
    let pypi = try #require(sandbox.origin(of: "pypi"))
    #expect(
      lines.map { $0.dropLast().joined(separator: " ") } == [
        "testpypi __token__@\(testpypi)/legacy/", "pypi __token__@\(pypi)/legacy/",
      ])
    #expect(Set(lines.map { $0[2] }).count == 2 && lines.allSatisfy { $0[2].hasPrefix("pypi-") })
    let steps = steps(sandbox)
    let burns = steps.indices.filter { steps[$0].hasSuffix("burn-token") }
    #expect(burns.count == 2)
    #expect(steps.firstIndex(of: "pypi /_/oidc/mint-token") ?? 0 > burns[0], "\(steps)")
  }

  /// The command, the status, and whether the second target is reached.
  @Test(
    arguments: [
      ("exit 7", Int32(7), false), ("kill -9 $$", 137, false), ("exit 0", 0, true),
    ] as [(String, Int32, Bool)])
  func endsAsItsCommandDoes(_ script: String, _ status: Int32, _ goesOn: Bool) async throws {
    let sandbox = try sandbox()
    let run = try await BuiltTool.run(
      ["exec", "release", "--env", "T={token}", "--", "sh", "-c", script], sandbox.environment(for: .github))
    #expect(run.status == status, "\(run.error)")
    #expect(run.error.contains("not reached: pypi") == !goesOn, "\(run.error)")
    #expect(steps(sandbox).contains("pypi /_/oidc/mint-token") == goesOn)
    #expect(steps(sandbox).contains("testpypi /_/oidc/burn-token"))
  }

  /// The command's bytes come out as they are, on the streams that they were written to.
  @Test func relaysByteForByte() async throws {
    let sandbox = try sandbox()
    let folder = try TestFolder()
    defer { folder.remove() }
    let script =
      "dd if=/dev/urandom bs=1000 count=300 2>/dev/null | tee out.expected; cat out.expected >err.expected; "
      + "cat out.expected >&2; \"$0\" exec pypi --env T={token} -- sh -c 'cat out.expected; cat err.expected >&2' "
      + ">out.relayed 2>err.relayed; echo $? >status"
    try await Self.shell(script, in: folder, sandbox.environment(for: .gitlab))
    #expect(folder.read("status") == "0\n")
    try await Self.shell("cmp out.expected out.relayed && echo same >result", in: folder)
    #expect(folder.read("result") == "same\n")
    // Our own lines are around the command's.
    try await Self.shell(
      "n=$(wc -c <err.expected); grep -aob 'pypi: running sh' err.relayed | head -1 >where; "
        + "tail -c +$(($(cut -d: -f1 where) + 18)) err.relayed | head -c $n | cmp - err.expected && echo same >errors",
      in: folder)
    #expect(folder.read("errors") == "same\n")
  }

  /// Standard output and error that are one file keep their order.
  @Test func keepsTheOrderOfStreamsThatAreOneFile() async throws {
    let sandbox = try sandbox()
    let folder = try TestFolder()
    defer { folder.remove() }
    let lines = "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done"
    try await Self.shell(
      "\"$0\" exec pypi --env T={token} -- sh -c '\(lines)' >both 2>&1", in: folder, sandbox.environment(for: .gitlab))
    let shown = folder.read("both").split(separator: "\n").filter { $0.hasPrefix("out") || $0.hasPrefix("err") }
    #expect(shown.map(String.init) == (1...9).flatMap { ["out \($0)", "err \($0)"] }, "\(folder.read("both"))")
  }

  /// A process that the command leaves behind does not keep us, and a reader that goes away ends the command.
  @Test func isNotKeptByOthers() async throws {
    let sandbox = try sandbox()
    let started = SystemTime.source.elapsed()
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--env", "T={token}", "--", "sh", "-c", "sleep 60 & echo now"], sandbox.environment(for: .gitlab)
    )
    #expect(run.status == 0 && run.output == "now\n", "\(run.error)")
    #expect(SystemTime.source.elapsed() - started < .seconds(40))
    let folder = try TestFolder()
    defer { folder.remove() }
    try await Self.shell(
      "{ \"$0\" exec pypi --env T={token} -- sh -c 'while echo x; do :; done 2>/dev/null'; echo $? >status; } | head -1",
      in: folder, sandbox.environment(for: .gitlab))
    #expect(folder.read("status") != "0\n" && !folder.read("status").isEmpty)
  }

  @Test func takesTheCredentialOutOfTheOutput() async throws {
    let sandbox = try sandbox()
    let script = "echo \"a $T b\"; printf %s \"$U:$T\" | base64 -w0; echo; echo \"$T\" >&2"
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--env", "T={token}", "--env", "U={username}", "--redact", "--", "sh", "-c", script],
      sandbox.environment(for: .gitlab))
    #expect(run.status == 0 && run.output == "a [redacted] b\n[redacted]\n", "\(run.output)")
    #expect(run.error.contains("\n[redacted]\n") && !run.error.contains("pypi-"), "\(run.error)")
  }

  /// Runs a script whose `$0` is the tool.
  private static func shell(
    _ script: String, in folder: TestFolder, _ environment: [String: String] = [:]
  ) async throws {
    var variables = environment
    variables["PATH"] = "/usr/bin:/bin"
    _ = try await ChildProcess(
      ["/bin/sh", "-c", "cd '\(folder.path)' && { \(script); } </dev/null >/dev/null 2>/dev/null", BuiltTool.path],
      environment: Environment(variables)
    ).run()
  }
}
