import BrokerConformance
import BrokerCore
import BuiltInPlugins
import TestSupport
import Testing

@testable import TokenBroker

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct ToolTests {
  @Test(arguments: [
    (Duration.zero, "1 ms"), (.milliseconds(182), "182 ms"), (.microseconds(9_999_001), "10000 ms"),
    (.seconds(10), "10 s"), (.milliseconds(30_900), "30 s"),
  ])
  func showsWaits(_ wait: Duration, _ shown: String) {
    let event = EngineEvent.retrying(registry: "pypi", BrokerError(.unavailable, "No answer."), after: wait)
    #expect(TimelineLine(event, by: FakeTime().source()).text == "No answer. Trying again in \(Neutralized(shown)).")
  }

  @Test func showsHelpForEveryCommand() async throws {
    let overview = try await BuiltTool.run(["--help"])
    #expect(overview.status == 0)
    for command in CommandTable.specs(for: ToolCatalog(plugins: try .builtIn(), sandbox: .builtIn)) {
      #expect(overview.output.contains("  \(command.name) "))
      let name = command.name.split(separator: " ").map(String.init)
      let page = try await BuiltTool.run(name + ["--help"])
      #expect(page.status == 0 && page.output.contains("Usage: token-broker \(command.name)"))
      for option in command.options { #expect(page.output.contains(option.name)) }
      #expect(page.output.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(command.name)")
    }
    #expect(try await BuiltTool.run(["--version"]).output.hasPrefix("token-broker "))
    #expect(try await BuiltTool.run([]).status == 2)
    #expect(try await BuiltTool.run(["mnt"]).error.contains("Did you mean \"mint\"?"))
    #expect(try await BuiltTool.run(["config", "chekc"]).error.contains("Did you mean \"config check\"?"))
    #expect(try await BuiltTool.run(["help", "config", "check"]).output.contains("Usage: token-broker config check"))
  }

  private func read(_ run: BuiltTool.Run) throws -> JSONObject {
    try #require(JSONReader(maximumBytes: 1024 * 1024).read(run.output.utf8).object)
  }

  @Test("help --json has every command and option") func listsCommandsAsJSON() async throws {
    let run = try await BuiltTool.run(["help", "--json"])
    let commands = try #require(read(run)["commands"]?.array)
    let specs = CommandTable.specs(for: ToolCatalog(plugins: try .builtIn(), sandbox: .builtIn))
    #expect(run.status == 0 && commands.map { $0.object?["name"]?.string } == specs.map(\.name))
    for (command, spec) in zip(commands, specs) {
      let options = command.object?["options"]?.array ?? []
      #expect(options.map { $0.object?["name"]?.string } == spec.options.map(\.name))
      #expect(options.map { $0.object?["value"]?.string } == spec.options.map(\.value))
    }
    #expect(try await BuiltTool.run(["help", "--json", "mint"]).status == 2)
  }

  @Test("plugins --json has every plug-in, publishing tool and runner") func listsPluginsAsJSON() async throws {
    let run = try await BuiltTool.run(["plugins", "--json"])
    let lists = try read(run)
    let catalog = try PluginCatalog.builtIn()
    func names(_ list: String, _ key: String) -> [String?] {
      lists[list]?.array?.map { $0.object?[key]?.string } ?? []
    }
    #expect(run.status == 0 && names("providers", "type") == catalog.providers.map(\.plugin.name))
    #expect(names("registries", "type") == catalog.registries.map(\.plugin.name))
    #expect(
      names("tools", "name") == catalog.tools.names && lists["runners"]?.array?.count == catalog.tools.runners.count)
    for (json, tool) in zip(lists["tools"]?.array ?? [], catalog.tools.tools) {
      let removed = json.object?["removed-variables"]?.array?.compactMap(\.string)
      #expect(removed == tool.removedVariables)
      for variable in tool.variables {
        #expect(json.object?["variables"]?.object?[variable.name]?.string == variable.value)
      }
    }
  }

  @Test func checksSeveralFiles() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("a.json", #"{"version":1}"#)
    try folder.write("b.json", #"{"version":2}"#)
    try folder.write("c.json", #"{"version":1,"route":{}}"#)
    let run = try await BuiltTool.run(["config", "check", "a.json", "b.json", "c.json"], in: folder)
    #expect(run.status == 3 && run.output == "a.json: ok\n3 files: 1 ok, 2 wrong\n", "\(run.output)")
    #expect(run.error.contains("b.json, line 1, column 12") && run.error.contains("c.json, line 1, column 14"))
  }

  @Test("every error of a configuration file is said, not only the first")
  func everyErrorOfAFile() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "a.json",
      #"""
      { "version": 2, "route": {},
        "registries": { "pypi": { "upload-url": "x", "expect": { "enviroment": "a" } }, "odd": {} },
        "routes": { "all": ["pypi", "odd", "nowhere"] }, "mode": "never" }
      """#)
    let run = try await BuiltTool.run(["config", "check", "--json", "a.json"], in: folder)
    #expect(run.status == 3 && run.error.isEmpty)
    for words in [
      "version has to be 1", "route is not a known key", "registries.pypi.upload-url is not an address",
      "registries.pypi.expect.enviroment is not a known key", "registries.odd is of no known type", "nowhere",
      "mode is no mode", #""wrong": 1"#,
    ] { #expect(run.output.contains(words), "\(words): \(run.output)") }
    #expect(!run.output.contains("lists \\\"odd\\\""), "a fault that follows from another is no fault: \(run.output)")
    let text = try await BuiltTool.run(["config", "check", "a.json"], in: folder)
    #expect(text.status == 3 && text.output.isEmpty && text.error.contains("mode is no mode"))
  }

  @Test func commandsPageHasTheExitStatusTable() throws {
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let page = String(decoding: try Data(contentsOf: URL(filePath: "/\(folder)/docs/commands.md")), as: UTF8.self)
    let rows = ExitStatus.allCases.map { "| \($0.rawValue) | \($0.meaning) |" }
    let table =
      "<!-- exit-status -->\n| status | meaning |\n|---|---|\n\(rows.joined(separator: "\n"))\n<!-- /exit-status -->"
    #expect(page.contains(table), "the page's table of exit statuses is not the program's:\n\(table)")
  }

  @Test func showsTheConfigurationAndItsOrigins() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "token-broker.json",
      """
      {
        "version": 1,
        "registries": {
          "pypi": {},
          "internal": { "type": "pypi", "upload-url": "https://pypi.example.com/legacy/" }
        }
      }
      """)
    let run = try await BuiltTool.run(["config"], in: folder)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("configuration: token-broker.json"))
    #expect(run.output.contains("(token-broker.json, line 5, column 49)"), "\(run.output)")
    #expect(run.output.contains("registries.pypi.audience        pypi"))
    #expect(!run.output.contains("release"))
    try folder.write("token-broker.json", #"{"version":1,"registrys":{}}"#)
    let wrong = try await BuiltTool.run(["config"], in: folder)
    #expect(wrong.status == 3 && wrong.error.contains("token-broker.json, line 1, column 14: registrys"))
  }

  @Test func listsPlugins() async throws {
    let run = try await BuiltTool.run(["plugins"])
    let catalog = try PluginCatalog.builtIn()
    let rows =
      catalog.providers.map { "provider  \($0.plugin.name) " }
      + catalog.registries.map { "registry  \($0.plugin.name) " }
    let lines = run.output.split(separator: "\n")
    #expect(run.status == 0 && lines.count > rows.count && rows.count >= 4)
    for provider in catalog.acceptances.providers {
      #expect(lines.dropFirst(rows.count).contains { $0.hasPrefix("\(provider) ") }, "\(provider) is in no table")
    }
    for (line, row) in zip(lines, rows) { #expect(line.hasPrefix(row)) }
  }

  /// People put the API token where a name belongs.
  @Test(arguments: [
    ["revoke", "TOKEN"], ["revoke", "pypi", "TOKEN"], ["revoke", "pypi", "--from-env", "TOKEN"], ["mint", "TOKEN"],
    ["mint", "pypi", "--provider", "TOKEN"], ["TOKEN"], ["help", "TOKEN"], ["--TOKEN"], ["revoke", "--TOKEN"],
  ])
  func neverRepeatsASecretOfTheCommandLine(_ arguments: [String]) async throws {
    let secret = "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMAACKlszLCJhYmNk"
    let run = try await BuiltTool.run(
      arguments.map { $0.replacing("TOKEN", with: secret) }, ["GITLAB_CI": "true", "CREDENTIAL": secret],
      input: secret)
    #expect(run.status == 2 && run.output.isEmpty, "\(run.error)")
    SecretSearch([secret]).expectNone(in: run.error)
  }

  /// The command behind `--`, and the status that the sandbox ends with.
  @Test(
    arguments: [
      (["true"], Int32(0)), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -9 $$"], 137), (["no-such-command"], 127),
      (["/tmp"], 126), ([], 125),
    ] as [([String], Int32)])
  func sandboxEndsAsItsCommandDoes(_ command: [String], _ status: Int32) async throws {
    let run = try await BuiltTool.run(["sandbox", "--"] + command)
    #expect(run.status == status, "\(run.error)")
  }

  @Test func sandboxesCommandStartsClean() async throws {
    let run = try await BuiltTool.run(
      ["sandbox", "--raw", "--", "sh", "-c", "grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; ls /proc/self/fd | wc -l"])
    #expect(run.status == 0, "\(run.error)")
    // The shell itself may catch signals in what it runs; grep inherits none blocked and none ignored.
    #expect(
      run.output.contains("SigBlk:\t0000000000000000") && run.output.contains("SigIgn:\t0000000000000000"),
      "\(run.output)")
    #expect(run.output.hasSuffix("4\n"), "\(run.output)")
  }

  @Test func sandboxRunsTheToolItself() async throws {
    for provider in ["github", "gitlab"] {
      let run = try await BuiltTool.run(
        ["sandbox", "--raw", "--provider", provider, "--", BuiltTool.path, "mint", "pypi", "--format", "token"])
      #expect(run.status == 0, "\(run.error)")
      #expect(run.output.wholeMatch(of: /pypi-[\w-]+\n/) != nil)
    }
  }

  @Test(arguments: [
    ["--provider", "githab"], ["--fault", "audience"], ["--fault", "x=stall"], ["--fault", "audience=x"],
    ["--claim", "x"], ["--publisher", "x"], ["--publisher", "provider=github"], ["--switch", "x"], ["--registry", "x"],
    ["--registry", "pypi=other"], ["--registry", "Bad name=x"], ["--registry", "a=x", "--registry", "a=y"],
    ["--fault", "audience@pypy=stall"], ["--fault", "identity-token@pypi=stall"], ["--fault", "audience=expires:5"],
    ["--fault", "exchange=audience:x"], ["--fault", "directory=accept-reuse"], ["--fault", "audience=too-much:-5"],
    ["--fault", "audience=too-much:999999999999"], ["--fault", "audience=status:-5"],
    ["--fault", "audience=status:1000"],
    ["--fault", "audience=redirect:200:https://e.example/"],
    ["--publisher", "provider=github,owner=o,repository=r,workflow=w,registry=pypy"],
  ])
  func sandboxRefusesWrongOptions(_ options: [String]) async throws {
    let run = try await BuiltTool.run(["sandbox"] + options + ["--", "true"])
    #expect(run.status == 125 && run.error.contains("fix: "), "\(run.error)")
  }
}
