import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

/// Clocks that differ, and times that are none.
struct ClockTests {
  private func sandbox(ahead seconds: Int64, _ faults: [SandboxFault] = []) throws -> Sandbox {
    try Sandbox.started {
      $0.now = { SystemTime.source.now().advanced(by: seconds) }
      $0.faults = faults
    }
  }

  private static let perFile =
    ["exec", "pypi", "--per-file", "--no-compare", "--env", "T={token}", "--", "sh", "-c"]

  private func folder() throws -> TestFolder {
    let folder = try TestFolder()
    for file in ["a-1.whl", "a-2.whl"] { try folder.write(file, "") }
    return folder
  }

  /// How far the servers' clock is ahead of this machine's: a good credential serves every file.
  @Test(arguments: [-366 * 86400, -9900, -3600, 0, 3600, 366 * 86400] as [Int64])
  func keepsAGoodCredential(_ ahead: Int64) async throws {
    let (sandbox, folder) = (try sandbox(ahead: ahead), try folder())
    defer { folder.remove() }
    let run = try await BuiltTool.run(
      Self.perFile + ["echo \"$0\" \"$T\"", "a-1.whl", "a-2.whl"], sandbox.environment(for: .gitlab), in: folder)
    #expect(run.status == 0 && run.output.split(separator: "\n").count == 2, "\(run.error)")
    #expect(!run.error.contains("expires in"), "\(run.error)")
    #expect(sandbox.flow.count { $0.path == "/_/oidc/mint-token" } == 1)
  }

  /// One that has a minute left by the servers' clock is not kept, whatever this machine's says.
  @Test(arguments: [-3600, 0, 3600] as [Int64]) func keepsNoDeadCredential(_ ahead: Int64) async throws {
    let (sandbox, folder) = (try sandbox(ahead: ahead, [SandboxFault(.exchange, .expires(50))]), try folder())
    defer { folder.remove() }
    let run = try await BuiltTool.run(
      Self.perFile + ["echo \"$0\"", "a-1.whl", "a-2.whl"], sandbox.environment(for: .gitlab), in: folder)
    #expect(run.status == 125 && run.output.split(separator: "\n").count == 1, "\(run.error)")
    #expect(run.error.contains("[identity-token-spent]") && !run.error.contains("in -"), "\(run.error)")
  }

  /// Each place that says how long something lives; the word about the clocks is said once.
  @Test(arguments: [-9900, 9900] as [Int64], [SandboxProvider.github, .gitlab])
  func saysNoNegativeTime(_ ahead: Int64, _ provider: SandboxProvider) async throws {
    for arguments in [
      ["mint", "pypi", "--format", "token", "--explain"], ["check", "pypi", "--mint", "--use-up-token"],
    ] {
      let sandbox = try sandbox(ahead: ahead)
      let run = try await BuiltTool.run(arguments, sandbox.environment(for: provider))
      #expect(run.status == 0, "\(run.error)")
      let said = run.error + (arguments[0] == "check" ? run.output : "")
      #expect(said.firstMatch(of: /in -\d|-\d+ s\b/) == nil, "\(said)")
      #expect(said.contains(/(?:in|with) (?:900|8\d\d) s/), "\(said)")
      #expect(said.contains(/clock is 9[89]\d\d s/), "\(said)")
    }
  }

  /// A token that is dead, or not alive yet, by both clocks is not sent; by one of them, it is.
  @Test(
    arguments: [
      (0, "exp=-31", false), (0, "exp=+600", true), (0, "nbf=+3600", false), (0, "iat=+3600", false),
      (-3600, "exp=-31", false), (-3600, "exp=+600", true), (3600, "iat=+20", true), (3600, "nbf=+3600", false),
    ] as [(Int64, String, Bool)])
  func refusesWhatBothClocksRefuse(_ ahead: Int64, _ claim: String, _ isSent: Bool) async throws {
    let now: @Sendable () -> UnixTime = { SystemTime.source.now().advanced(by: ahead) }
    let sandbox = try Sandbox.started {
      $0.now = now
      $0.claims = [(try? SandboxClaim(parsing: claim, now: now())) ?? SandboxClaim("exp", nil)]
    }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], sandbox.environment(for: .github))
    #expect(sandbox.flow.contains { $0.method == "POST" } == isSent, "\(run.error)")
    #expect(isSent || run.status == 5 && run.error.contains("identity-token-expired"), "\(run.error)")
  }

  // MARK: Numbers of others

  /// What an index says about the end of its API token, without a clock of its own.
  @Test(arguments: [
    "-9223372036854775808", "9223372036854775807", "-1", "0", "1", "99999999999999999999", "1e308", "\"soon\"",
  ])
  func refusesTimesThatAreNone(_ expires: String) async throws {
    let fault = Fault("expires") { scene in
      scene.send(scene.answer.replacing("4000000000", with: expires))
    }
    for (arguments, status) in [
      (["mint", "pypi", "--format", "token"], Int32(6)), (["exec", "pypi", "--env", "T={token}", "--", "true"], 125),
    ] {
      let site = try HostileSite(.exchange, fault)
      defer { site.stop() }
      let run = try await BuiltTool.run(arguments, site.variables(isGitLab: true))
      #expect(run.status == status && run.output.isEmpty, "\(run.status): \(run.error)")
      #expect(run.error.contains("may have been minted") && run.error.contains("expires"), "\(run.error)")
    }
  }

  /// Times that are one, and are no use: the command runs, and what it was given is burned.
  @Test(arguments: ["1577836800", "4102444799"]) func survivesTimesThatAreNoUse(_ expires: String) async throws {
    let site = try HostileSite(
      .exchange, Fault("expires") { $0.send($0.answer.replacing("4000000000", with: expires)) })
    defer { site.stop() }
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--env", "T={token}", "--", "true"], site.variables(isGitLab: true))
    #expect(run.status == 0 && site.count(.burn) == 1, "\(run.error)")
  }

  @Test(arguments: ["e", "pypi-0123456789"]) func takesNoShortCredential(_ token: String) async throws {
    let site = try HostileSite(
      .exchange, Fault("short") { $0.send(#"{"success":true,"token":"\#(token)","expires":4000000000}"#) })
    defer { site.stop() }
    let run = try await BuiltTool.run(["mint", "pypi", "--format", "token"], site.variables(isGitLab: false))
    #expect(run.status == 6 && run.output.isEmpty && run.error.contains("too short"), "\(run.error)")
    #expect(!run.error.contains("::add-mask::\(token)\n"))
  }

  /// The sandbox's clock, and numbers of its other options.
  @Test(
    arguments: [
      (["--clock", "-9223372036854775808"], Int32(125)), (["--clock", "9223372036854775807"], 125),
      (["--clock", "9223372036854775808"], 125), (["--clock", "31622401"], 125), (["--clock=-31622400"], 0),
      (["--clock", "1e3"], 125), (["--claim", "exp=-9223372036854775808"], 0),
      (["--claim", "exp=+9223372036854775807"], 0), (["--fault", "exchange=expires:-9223372036854775808"], 0),
      (["--fault", "exchange=expires:9223372036854775807"], 0),
      (["--fault", "exchange=hang-up*9223372036854775807"], 0),
      (["--fault", "exchange=hang-up*9223372036854775808"], 125),
      (["--fault", "audience=status:503:9223372036854775808"], 0),
    ] as [([String], Int32)])
  func survivesNumbersOfItsOptions(_ options: [String], _ status: Int32) async throws {
    let run = try await BuiltTool.run(["sandbox"] + options + ["--", "true"])
    #expect(run.status == status, "\(options): \(run.error)")
    guard status == 0, !options[0].hasPrefix("--clock") else { return }
    let mint = try await BuiltTool.run(
      ["sandbox", "--raw"] + options + ["--", BuiltTool.path, "mint", "pypi", "--format", "token", "--timeout", "2"])
    #expect([0, 5, 6, 7].contains(mint.status), "\(mint.status): \(mint.error)")
  }
}
