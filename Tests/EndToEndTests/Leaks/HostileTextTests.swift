import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

/// Text that servers, files, variables and arguments bring in, on its way to a log that a GitHub runner reads.
struct HostileTextTests {
  /// Where a text is put in.
  enum Entrance: String, Sendable, CaseIterable {
    case audience, refusalCode, refusalText, refusalMessage, location, wait, keys, reason, claims, identityAnswer
    case registryName, configurationKey, configurationValue, entryName, configurationPath, gitHubActions, sandboxAddress
    case requestAddress, outputPath, forkPath, variableName, target, format, pin, provider, outputOption, fromVariable
    case command, fault, faultPlace, faultArgument, claim, publisher, childCommand, toolRunner, exclusion
  }

  private static let entrancesOfLongTexts: Set<Entrance> = [.refusalText, .configurationValue, .target, .keys]

  /// The arguments and variables of a run that meets the text; nil where it cannot be put.
  private func run(_ entrance: Entrance, _ text: String) async throws -> BuiltTool.Run? {
    let json = JSONText.quoted(text)
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("output", "")
    var step = HostileSite.Step.exchange
    var arguments = ["mint", "pypi", "--explain", "--timeout", "5"]
    var answer: (@Sendable (Fault.Scene) -> Bool) = { $0.send($0.answer) }
    var claims: [(name: String, json: String)] = []
    var changes: [String: String] = ["GITHUB_OUTPUT": "\(folder.path)/output"]
    let header = text.filter { !$0.isNewline && $0 != "\u{0}" }
    func refuse(_ code: String, _ description: String, _ message: String) -> @Sendable (Fault.Scene) -> Bool {
      { $0.send(#"{"message":\#(message),"errors":[{"code":\#(code),"description":\#(description)}]}"#, status: 422) }
    }
    func configure(_ contents: String) throws {
      try folder.write("file.json", contents)
      changes["TOKEN_BROKER_CONFIG"] = "\(folder.path)/file.json"
    }
    switch entrance {
    case .audience:
      step = .audience
      answer = { $0.send(#"{"audience":\#(json)}"#) }
    case .refusalCode: answer = refuse(json, #""a""#, #""b""#)
    case .refusalText: answer = refuse(#""invalid-payload""#, json, #""b""#)
    case .refusalMessage: answer = { $0.send(#"{"message":\#(json)}"#, status: 403) }
    case .location: answer = { $0.send("", status: 302, fields: "Location: https://\(header)/\(header)\r\n") }
    case .wait: answer = { $0.send("", status: 429, fields: "Retry-After: \(header)\r\n") }
    case .keys: answer = { $0.send("{\(json):1,\(json):2}") }
    case .reason:
      answer = {
        $0.wire.send("HTTP/1.1 200 \(header)\r\nTransfer-Encoding: \(header)\r\nContent-Length: \(header)\r\n\r\n")
        return false
      }
    case .claims:
      claims = [
        "iss", "sub", "repository", "repository_owner", "workflow_ref", "job_workflow_ref", "ref", "environment",
        "event_name", "runner_environment", "sha",
      ].map { ($0, json) }
      answer = refuse(#""invalid-publisher""#, #""valid token, but no corresponding publisher""#, #""b""#)
    case .identityAnswer:
      step = .identityToken
      answer = { $0.send(#"{"value":\#(json)}"#) }
    case .registryName:
      step = .directory
      answer = { $0.send(#"{"version":1,"registries":{\#(json):"http://example.com"}}"#) }
    case .configurationKey: try configure(#"{"version":1,\#(json):{}}"#)
    case .configurationValue:
      try configure(#"{"version":1,"registries":{"pypi":{"upload-url":\#(json),"audience":\#(json)}}}"#)
    case .entryName:
      try configure(#"{"version":1,"registries":{\#(json):{"type":\#(json)}},"routes":{\#(json):[\#(json)]}}"#)
    case .configurationPath: changes["TOKEN_BROKER_CONFIG"] = text
    case .gitHubActions: changes["GITLAB_CI"] = text
    case .sandboxAddress: changes["TOKEN_BROKER_SANDBOX"] = text
    case .requestAddress: changes["ACTIONS_ID_TOKEN_REQUEST_URL"] = text
    case .outputPath: changes["GITHUB_OUTPUT"] = text
    case .forkPath:
      changes.merge([
        "GITHUB_ACTIONS": "false", "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": text, "CI_PROJECT_PATH": "a/b",
      ]) { $1 }
    case .variableName:
      let name = text.filter { $0 != "=" } + "_ID_TOKEN"
      changes.merge(["GITHUB_ACTIONS": "false", "GITLAB_CI": "true", name: text, "A_ID_TOKEN": text]) { $1 }
    case .target: arguments[1] = text
    case .format: arguments += ["--format", text]
    case .pin: arguments += ["--audience", text]
    case .provider: arguments += ["--provider", text]
    case .outputOption: arguments += ["--format", "token", "--output", text]
    case .fromVariable: arguments = ["revoke", "pypi", "--from-env", text]
    case .command: arguments = [text]
    case .fault: arguments = ["sandbox", "--fault", text, "--", "true"]
    case .faultPlace: arguments = ["sandbox", "--fault", "directory@\(text)=stall", "--", "true"]
    case .faultArgument: arguments = ["sandbox", "--fault", "exchange=audience:\(text)", "--", "true"]
    case .claim: arguments = ["sandbox", "--claim", text, "--", "true"]
    case .publisher: arguments = ["sandbox", "--publisher", text, "--switch", text, "--", "true"]
    case .childCommand: arguments = ["sandbox", "--", text]
    case .toolRunner:
      arguments = ["exec", "pypi", "--", "uv", "run", "--env-file\(text)", "twine", "upload", "dist/a.whl"]
    case .exclusion: arguments = ["mint", "pypi", "--\(text)"]
    }
    let site = try HostileSite(step, Fault(entrance.rawValue, answer), claims: claims)
    defer { site.stop() }
    let variables = site.variables(isGitLab: false).merging(changes) { $1 }
    let isTooLong = arguments.reduce(0) { $0 + $1.utf8.count } > 100_000
    let isUnfit = (arguments + variables.values + variables.keys).contains { $0.contains("\u{0}") }
    guard !isTooLong, !isUnfit else { return nil }
    return try await BuiltTool.run(arguments, variables, in: folder)
  }

  @Test(arguments: Entrance.allCases) func writesNoCommandButItsOwn(_ entrance: Entrance) async throws {
    for (name, text) in HostileLog.texts + HostileLog.longTexts
    where name != "long" || Self.entrancesOfLongTexts.contains(entrance) {
      guard let run = try await run(entrance, text) else { continue }
      HostileLog(run).expectHarmless("\(entrance.rawValue), \(name)")
    }
  }

  /// The judge can find them guilty.
  @Test func judgeKnowsCommands() {
    #expect(RunnerJudge.commands(in: "a\r ::error x=y::b\n").map(\.name) == ["error"])
    #expect(RunnerJudge.commands(in: "text ##[add-mask]b\n::a").map(\.name) == ["add-mask"])
    #expect(RunnerJudge.commands(in: "a ::error::b\n: :error::c\n").isEmpty)
  }
}
