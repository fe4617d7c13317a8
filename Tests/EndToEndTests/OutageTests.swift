import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

/// Outages that pass, and those that outlast a run.
struct OutageTests {
  /// A dozen failures in a row are got over: time limits a run, not a handful of attempts.
  @Test(arguments: [SandboxFault.Step.audience, .identityToken, .exchange])
  func outlastsAnOutage(_ step: SandboxFault.Step) async throws {
    let sandbox = try Sandbox.started { $0.faults = [SandboxFault(step, .status(503, retryAfter: nil), count: 5)] }
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--format", "token", "--timeout", "600"], sandbox.environment(for: .github))
    #expect(run.status == 0 && run.error.ranges(of: "Trying again in ").count == 5, "\(run.error)")
    let tokens = sandbox.flow.compactMap(\.identityTokenID)
    #expect(Set(tokens).count == tokens.count)
  }

  /// An answer to the exchange, the status, and how often the only identity token of a GitLab job arrives.
  @Test(
    arguments: [
      (.status(429, retryAfter: "0"), Int32(0), 2), (.status(429, retryAfter: nil), 0, 2),
      (.status(503, retryAfter: "0"), 0, 2), (.status(503, retryAfter: nil), 5, 1),
      (.status(500, retryAfter: "0"), 5, 1),
      (.status(502, retryAfter: nil), 5, 1), (.loseAnswer, 5, 1),
    ] as [(SandboxFault.Behaviour, Int32, Int)])
  func sendsTheOnlyTokenAgainIfItWasNotRead(
    _ behaviour: SandboxFault.Behaviour, _ status: Int32, _ count: Int
  ) async throws {
    let sandbox = try Sandbox.started { $0.faults = [SandboxFault(.exchange, behaviour, count: 1)] }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], sandbox.environment(for: .gitlab))
    #expect(run.status == status, "\(run.error)")
    let tokens = sandbox.flow.compactMap(\.identityTokenID)
    #expect(tokens.count == count && Set(tokens).count == 1)
  }

  /// A wait that is longer than the time left ends the run at once, and when to come back is said.
  @Test(
    arguments: [SandboxProvider.github, .gitlab],
    [(429, .audience), (503, .audience), (429, .exchange), (503, .exchange)] as [(Int, SandboxFault.Step)])
  func saysWhenToComeBack(_ provider: SandboxProvider, _ answer: (status: Int, step: SandboxFault.Step)) async throws {
    let (status, step) = answer
    let sandbox = try Sandbox.started { $0.faults = [SandboxFault(step, .status(status, retryAfter: "3600"))] }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], sandbox.environment(for: provider))
    #expect(run.status == 7 && run.error.contains("unavailable"), "\(run.error)")
    #expect(run.error.contains("3600 s") && !run.error.contains("Trying again"), "\(run.error)")
    #expect(sandbox.flow.count { $0.path.contains(step == .audience ? "audience" : "mint-token") } == 1)
  }

  /// Two variables with one token: it is sent once.
  @Test func sendsNoTokenTwiceToAnIndex() async throws {
    let sandbox = try Sandbox.started { $0.faults = [SandboxFault(.exchange, .loseAnswer, count: 1)] }
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "token-broker.json",
      #"{"version":1,"providers":{"gitlab":{"variables":{"pypi":["PYPI_ID_TOKEN","PYPI_ID_TOKEN_2"]}}}}"#)
    var environment = sandbox.environment(for: .gitlab)
    environment["PYPI_ID_TOKEN_2"] = environment["PYPI_ID_TOKEN"]
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment, in: folder)
    #expect(run.status == 5 && run.error.contains("was sent already"), "\(run.error)")
    #expect(run.error.contains("may have been minted"), "\(run.error)")
    #expect(sandbox.flow.compactMap(\.identityTokenID).count == 1)
  }
}
