/// Which publishing tool a command runs.
struct ClientRecognition: Sendable {
  /// The tool.
  let client: PublishingClient
  /// The tool's own arguments, the subcommand included.
  let arguments: ArraySlice<String>
  /// The index of the subcommand among them.
  let subcommand: Int

  /// Looks for a known tool: by itself, as a Python module, or behind a program that runs tools.
  ///
  /// Nil if there is none, or if the tool is not told to publish.
  init?(_ command: [String]) {
    guard let (name, arguments) = Self.tool(command[...]),
      let client = ClientTable.all.first(where: { $0.name == name }),
      let subcommand = Self.firstOperand(arguments, valueOptions: client.globalValueOptions),
      client.subcommands.contains(arguments[subcommand])
    else { return nil }
    self.client = client
    self.arguments = arguments
    self.subcommand = subcommand
  }

  private static func tool(_ command: ArraySlice<String>) -> (String, ArraySlice<String>)? {
    guard let first = command.first else { return nil }
    let program = program(first)
    let rest = command.dropFirst()
    if program.wholeMatch(of: /python(3(\.\d+)?)?|py|pypy3?/) != nil { return module(rest) }
    if program == "uvx" { return runner(rest) }
    if program == "pipx", rest.first == "run" { return runner(rest.dropFirst()) }
    if program == "uv", rest.starts(with: ["tool", "run"]) { return runner(rest.dropFirst(2)) }
    if ["uv", "poetry", "pdm"].contains(program), rest.first == "run" { return runner(rest.dropFirst()) }
    return (program, rest)
  }

  /// The tool that a runner such as `uvx` or `pipx run` is told to run.
  private static func runner(_ arguments: ArraySlice<String>) -> (String, ArraySlice<String>)? {
    if arguments.first == "-m" || arguments.first == "--module" { return module(arguments) }
    guard let index = firstOperand(arguments, valueOptions: runnerValueOptions) else { return nil }
    let rest = arguments[index...]
    // `uvx twine@6.1` and `pipx run twine==6.1` name a version.
    let name = String(rest[index].prefix { !"@=<>~![ ".contains($0) })
    return tool([name] + rest.dropFirst())
  }

  /// The module of `python -m NAME`.
  private static func module(_ arguments: ArraySlice<String>) -> (String, ArraySlice<String>)? {
    var rest = arguments
    while let argument = rest.popFirst() {
      if argument == "-m" || argument == "--module" {
        return rest.first.map { ($0, rest.dropFirst()) }
      }
      guard argument.hasPrefix("-"), argument != "-c", argument != "-" else { return nil }
      if ["-X", "-W"].contains(argument) { rest = rest.dropFirst() }
    }
    return nil
  }

  private static let runnerValueOptions = [
    "--from", "--with", "--with-editable", "--with-requirements", "--python", "-p", "--spec", "--pip-args", "--index",
    "--index-url", "--default-index", "--extra-index-url", "--env-file", "--directory", "--project", "--group",
    "--extra", "--constraints", "-c", "-w",
  ]

  /// The index of the first argument that is neither an option nor an option's value.
  private static func firstOperand(_ arguments: ArraySlice<String>, valueOptions: [String]) -> Int? {
    var index = arguments.startIndex
    while index < arguments.endIndex {
      let argument = arguments[index]
      guard argument.hasPrefix("-"), argument != "--" else { return argument == "--" ? nil : index }
      index += valueOptions.contains(argument) ? 2 : 1
    }
    return nil
  }

  /// The name of a program without its folder and `.exe`.
  private static func program(_ word: String) -> String {
    let name = word.split(separator: "/").last.map(String.init) ?? word
    return name.hasSuffix(".exe") ? String(name.dropLast(4)) : name
  }
}
