/// The tools that publish to a registry, what runs them, and what they publish.
public struct PublishingTools: Sendable, Equatable {
  /// The tools; no two have one name.
  public let tools: [PublishingTool]
  /// The programs that run the tools; a longer spelling stands before a shorter one of the same program.
  public let runners: [ToolRunner]
  /// The interpreters that run the tools as modules.
  public let interpreters: [ModuleRunner]
  /// What the tools publish.
  public let files: PublishedFiles
  /// The variables by which the tools are told of root certificates.
  public let rootVariables: [String]
  /// The ready-made steps that publish.
  public let parts: [PublishingPart]
  /// The names of files that the tools read credentials from.
  public let credentialFiles: [String]
  /// The files that name the project of a checkout; the first that has a name counts.
  public let projects: [ProjectFile]
  /// The files that name several projects; where there is one of these, it says all.
  public let workspaces: [WorkspaceFile]
  /// How files are made and published; nil if that is not known.
  public let recipe: PublishingRecipe?

  /// Tools.
  public init(
    _ tools: [PublishingTool], runners: [ToolRunner] = [], interpreters: [ModuleRunner] = [],
    files: PublishedFiles = .none, rootVariables: [String] = [], parts: [PublishingPart] = [],
    credentialFiles: [String] = [], projects: [ProjectFile] = [], workspaces: [WorkspaceFile] = [],
    recipe: PublishingRecipe? = nil
  ) {
    self.parts = parts
    self.credentialFiles = credentialFiles
    self.projects = projects
    self.workspaces = workspaces
    self.recipe = recipe
    self.tools = tools
    self.runners = runners
    self.interpreters = interpreters
    self.files = files
    self.rootVariables = rootVariables
  }

  /// No tools are known.
  public static let none = PublishingTools([])

  /// The paths of the files that name projects.
  public var projectPaths: [String] { projects.map(\.path) + workspaces.map(\.path) }

  /// The names of the tools.
  public var names: [String] { tools.map(\.name) }

  /// The tools that all of several registries take, by the same variables and options, and the files that all of them
  /// take.
  public static func common(to registries: [PublishingTools]) -> PublishingTools {
    guard let first = registries.first else { return .none }
    let tools = first.tools.filter { tool in registries.allSatisfy { $0.tools.contains(tool) } }
    return joined(
      registries, tools: tools, files: registries.allSatisfy { $0.files == first.files } ? first.files : .none)
  }

  /// The tools of all of several registries; of two with one name, the first.
  public static func all(of registries: [PublishingTools]) -> PublishingTools {
    var tools: [PublishingTool] = []
    for tool in registries.flatMap(\.tools) where !tools.contains(where: { $0.name == tool.name }) {
      tools.append(tool)
    }
    return joined(registries, tools: tools, files: .none)
  }

  private static func joined(
    _ registries: [PublishingTools], tools: [PublishingTool], files: PublishedFiles
  ) -> PublishingTools {
    func once<Value: Equatable>(_ values: [Value]) -> [Value] {
      values.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
    return PublishingTools(
      tools, runners: once(registries.flatMap(\.runners)), interpreters: once(registries.flatMap(\.interpreters)),
      files: files, rootVariables: once(registries.flatMap(\.rootVariables)), parts: once(registries.flatMap(\.parts)),
      credentialFiles: once(registries.flatMap(\.credentialFiles)), projects: once(registries.flatMap(\.projects)),
      workspaces: once(registries.flatMap(\.workspaces)),
      recipe: registries.lazy.compactMap(\.recipe).first)
  }
}
