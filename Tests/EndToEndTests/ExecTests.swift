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
}
