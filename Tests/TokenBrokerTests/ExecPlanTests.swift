import BrokerCore
import BuiltInPlugins
import Testing

@testable import TokenBroker

/// What `exec` plans for targets that do not declare the same tools.
struct ExecPlanTests {
  private static func tool(_ password: String) -> PublishingTool {
    PublishingTool(
      "send", subcommands: ["files"], variables: [ToolVariable(password, "{token}"), ToolVariable("SEND_TO", "{url}")],
      removedVariables: [], address: ["--to", "{url}"],
      guardedOptions: [
        PublishingTool.Option(.address, "--to", "-t"), PublishingTool.Option(.registry, "--profile"),
        PublishingTool.Option(.credential, "--key"),
      ])
  }

  /// A registry that declares tools, and does nothing.
  private struct DeclaringRegistry: Registry {
    let name: String
    let tools: PublishingTools
    let uploadURL: HTTPURL
    var home: Origin { uploadURL.origin }
    var audience: AudienceSource { .known("a") }
    var capabilities: RegistryCapabilities { RegistryCapabilities(tools: tools) }
    func exchange(_ token: IdentityToken, for _: Scope) async throws(BrokerError) -> Credential {
      throw BrokerError(.pluginContract, "It gives nothing.")
    }
  }

  private static func plan(_ words: [String], _ tools: [PublishingTools]) throws -> ExecPlan {
    let arguments = try ParsedArguments(
      ["a", "--env", "KEY={token}", "--"] + words,
      for: ExecCommand.spec(for: ToolCatalog(plugins: PluginCatalog(), sandbox: .builtIn)))
    let targets = try zip(["a", "b"], tools).map { name, tools in
      Target(DeclaringRegistry(name: name, tools: tools, uploadURL: try HTTPURL("https://\(name).example/")))
    }
    return try ExecPlan(ExecOptions(arguments), targets: targets, in: Environment())
  }

  /// What the two registries declare: the tool at one of them alone, at the other, and at both in two ways.
  private static let declarations = [
    [PublishingTools([tool("KEY")]), .none], [.none, PublishingTools([tool("KEY")])],
    [PublishingTools([tool("KEY")]), PublishingTools([tool("PASSWORD")])],
  ]

  @Test(
    "a tool that not all targets take is given no other address, registry or credential",
    arguments: declarations,
    ["--to https://evil.example/", "--to=https://a.example/", "-t https://b.example/", "--profile x", "--key x"])
  func judgesAToolOfOneTarget(_ tools: [PublishingTools], _ option: String) throws {
    let words = option.split(separator: " ").map(String.init)
    for command in [["send", "files"] + words + ["x"], ["env", "A=b", "send", "files", "x"] + words] {
      let error = #expect(throws: BrokerError.self) { try Self.plan(command, tools) }
      #expect(error?.code == .usage && error?.message.contains("send is given -") == true, "\(error?.message ?? "")")
    }
    // The address of each target may be given, and the rest of the command is not looked at.
    for command in [["send", "files", "--to", "{url}", "x"], ["send", "files", "x"], ["send", "help", "--to", "x"]] {
      let plan = try Self.plan(command, tools)
      let words = plan.steps.map { plan.commands(for: $0, passingOver: []).map(\.words) }
      let own = ["a", "b"].map { name in [command.map { $0.replacing("{url}", with: "https://\(name).example/") }] }
      #expect(words == own && plan.clients.isEmpty)
    }
  }
}
