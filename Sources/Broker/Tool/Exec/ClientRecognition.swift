import BrokerCore

/// Which publishing tool a command runs.
struct ClientRecognition: Sendable {
  /// The tool.
  let client: PublishingTool
  /// All words of the command.
  let command: [String]
  /// The index of the word that names the tool; the words before it belong to the programs that run it.
  let tool: Int
  /// The index of the subcommand that makes it publish.
  let subcommand: Int
  /// Where the tool is when it runs, `""` for the current folder; nil if that cannot be told.
  let folder: String?
  /// The program before it whose project's settings may give it other variables; nil if there is none.
  let changer: String?
  /// What may run the tool instead.
  let plainRunners: [String]

  /// Looks for one of `tools`: by itself, as a module of an interpreter, or behind programs that run tools.
  ///
  /// Nil if there is none, or if the tool is not told to publish.
  init?(_ command: [String], _ tools: PublishingTools) {
    guard !command.isEmpty else { return nil }
    var tool = command.startIndex
    var folder: String? = ""
    var changer: String?
    while let step = tools.step(in: command, at: tool) {
      tool = step.program
      changer = changer ?? step.changer
      folder = folder.flatMap { outer in step.folder.map { ToolRunner.joined(outer, $0) } }
    }
    guard let client = tools.tools.first(where: { $0.name == tools.name(command[tool]) }),
      let subcommand = client.globalSyntax.operands(in: command, from: tool + 1).first(where: {
        !client.passesOver(command[$0])
      }),
      client.subcommands.contains(command[subcommand])
    else { return nil }
    self.init(
      client, command, tool: tool, subcommand: subcommand, folder: folder, changer: changer,
      plainRunners: tools.plainRunners)
  }

  /// Looks for one of `tools` among all words of a command whose program is not known: `retry 3 TOOL SUBCOMMAND`.
  ///
  /// Where the program that runs it leads is not known, so that its folder isn't either.
  init?(_ command: [String], among tools: PublishingTools) {
    for tool in command.indices {
      guard let client = tools.tools.first(where: { $0.name == tools.name(command[tool]) }),
        let subcommand = command[(tool + 1)...].firstIndex(where: client.subcommands.contains)
      else { continue }
      self.init(client, command, tool: tool, subcommand: subcommand, folder: nil, changer: nil, plainRunners: [])
      return
    }
    return nil
  }

  private init(
    _ client: PublishingTool, _ command: [String], tool: Int, subcommand: Int, folder: String?, changer: String?,
    plainRunners: [String]
  ) {
    self.client = client
    self.command = command
    self.tool = tool
    self.subcommand = subcommand
    self.changer = changer
    self.plainRunners = plainRunners
    self.folder = client.folder(from: folder, in: command, tool: tool, subcommand: subcommand)
  }
}
