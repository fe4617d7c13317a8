/// Which publishing tool a command runs.
struct ClientRecognition: Sendable {
  /// The tool.
  let client: PublishingClient
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

  /// Looks for a known tool: by itself, as a Python module, or behind programs that run tools.
  ///
  /// Nil if there is none, or if the tool is not told to publish.
  init?(_ command: [String]) {
    guard !command.isEmpty else { return nil }
    var tool = command.startIndex
    var folder: String? = ""
    var changer: String?
    while let step = ToolRunner.step(in: command, at: tool) {
      tool = step.program
      changer = changer ?? step.changer
      folder = folder.flatMap { outer in step.folder.map { ToolRunner.joined(outer, $0) } }
    }
    guard let client = ClientTable.all.first(where: { $0.name == ToolRunner.name(command[tool]) }),
      let subcommand = client.globalSyntax.operands(in: command, from: tool + 1).first,
      client.subcommands.contains(command[subcommand])
    else { return nil }
    self.init(client, command, tool: tool, subcommand: subcommand, folder: folder, changer: changer)
  }

  /// Looks for one of `clients` among all words of a command whose program is not known: `timeout 60 twine upload`.
  ///
  /// Where the program that runs it leads is not known, so that its folder isn't either.
  init?(_ command: [String], among clients: [PublishingClient]) {
    for tool in command.indices {
      guard let client = clients.first(where: { $0.name == ToolRunner.name(command[tool]) }),
        let subcommand = command[(tool + 1)...].firstIndex(where: client.subcommands.contains)
      else { continue }
      self.init(client, command, tool: tool, subcommand: subcommand, folder: nil, changer: nil)
      return
    }
    return nil
  }

  private init(
    _ client: PublishingClient, _ command: [String], tool: Int, subcommand: Int, folder: String?, changer: String?
  ) {
    self.client = client
    self.command = command
    self.tool = tool
    self.subcommand = subcommand
    self.changer = changer
    self.folder = client.folder(from: folder, in: command, tool: tool, subcommand: subcommand)
  }
}
