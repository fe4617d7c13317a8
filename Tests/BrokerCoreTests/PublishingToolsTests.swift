import BrokerCore
import Testing

struct PublishingToolsTests {
  private static func tool(_ name: String, password: String = "PASSWORD") -> PublishingTool {
    PublishingTool(
      name, subcommands: ["send"], variables: [ToolVariable(password, "{token}")], removedVariables: ["OTHER_*"],
      guardedOptions: [], ownFiles: PublishingTool.OwnFiles(.written, in: "out"))
  }

  @Test("several registries share the tools that all of them declare in the same way")
  func sharesWhatIsDeclaredAlike() {
    let first = PublishingTools([Self.tool("a"), Self.tool("b"), Self.tool("c")], runners: [ToolRunner("x", "run")])
    let second = PublishingTools([Self.tool("c"), Self.tool("b", password: "KEY")], runners: [ToolRunner("y")])
    #expect(PublishingTools.common(to: [first, second]).names == ["c"])
    #expect(PublishingTools.common(to: [first, second]).runners.map(\.words) == [["x", "run"], ["y"]])
    #expect(PublishingTools.common(to: [first, .none]).names.isEmpty)
    #expect(PublishingTools.common(to: [first, first]) == first && PublishingTools.common(to: []) == .none)
  }

  @Test("a tool that several registries declare is listed once")
  func listsAToolOnce() {
    let tools = PublishingTools([Self.tool("a")], runners: [ToolRunner("x")])
    let all = PublishingTools.all(of: [tools, tools, PublishingTools([Self.tool("b")])])
    #expect(all.names == ["a", "b"] && all.runners.map(\.words) == [["x"]])
  }
}
