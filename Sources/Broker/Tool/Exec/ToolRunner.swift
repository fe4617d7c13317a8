/// A program that runs another one, which its arguments name: `uv run`, `pipx run`, `env`, `timeout`.
struct ToolRunner: Sendable {
  /// The words that it is called with, options between them aside.
  let words: [String]
  /// How it reads its options.
  let syntax: OptionSyntax
  /// The options that make it change into a folder before it runs the program.
  let folderOptions: [String]
  /// The options that lead into a folder that only the runner can tell; nil if it always chooses one itself.
  let hiddenFolderOptions: [String]?
  /// How many words stand between its options and the program: the duration of `timeout`.
  let leadingOperands: Int
  /// Whether the project's settings may give the program other variables than the runner has.
  let changesVariables: Bool
  /// Whether words with `=` stand before the program: `env NAME=VALUE`, `hatch run +py=3.12`.
  let takesAssignments: Bool

  private init(
    _ words: String..., values: [String] = [], isAbbreviated: Bool = false, folderOptions: [String] = [],
    hiddenFolderOptions: [String]? = [], leadingOperands: Int = 0, changesVariables: Bool = false,
    takesAssignments: Bool = false
  ) {
    self.words = words
    syntax = OptionSyntax(values, isAbbreviated: isAbbreviated)
    self.folderOptions = folderOptions
    self.hiddenFolderOptions = hiddenFolderOptions
    self.leadingOperands = leadingOperands
    self.changesVariables = changesVariables
    self.takesAssignments = takesAssignments
  }

  /// What a runner runs.
  struct Step: Sendable {
    /// The index of the program's name.
    let program: Int
    /// Where the program will be, beside where the runner is; nil if that cannot be told.
    let folder: String?
    /// The runner's name if the project's settings may change the program's variables; nil if they may not.
    var changer: String?
  }

  /// What the program at an index runs in its turn; nil if it is no runner.
  static func step(in command: [String], at index: Int) -> Step? {
    if name(command[index]).wholeMatch(of: /python(3(\.\d+)?)?|py|pypy3?/) != nil {
      return module(in: command, from: index + 1).map { Step(program: $0, folder: "") }
    }
    for runner in all {
      if let step = runner.step(in: command, at: index) { return step }
    }
    return nil
  }

  /// The name of a program without its folder and ending, the version that `uvx twine@6.1` and `pipx run twine==6.1` give
  /// it, and the environment of `hatch run release:twine`; the module's name of `-mtwine`.
  static func name(_ word: String) -> String {
    if let module = pythonSyntax.match(word, ["-m"])?.value { return name(module) }
    let last = word.split(separator: "/").last.map(String.init) ?? word
    let plain = last.prefix { !"@=<>~![ ".contains($0) }
    let name = String(plain.split(separator: ":").last ?? plain)
    for ending in [".exe", ".__main__"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
    return name
  }

  /// How Python reads its options.
  private static let pythonSyntax = OptionSyntax(["-m", "-c", "-X", "-W", "--check-hash-based-pycs"])

  private func step(in command: [String], at start: Int) -> Step? {
    guard Self.name(command[start]) == words[0] else { return nil }
    var index = start + 1
    for word in words.dropFirst() {
      guard let found = syntax.operands(in: command, from: index).first, command[found] == word else { return nil }
      index = found + 1
    }
    let operands = syntax.operands(in: command, from: index).drop { takesAssignments && command[$0].contains("=") }
    guard let program = operands.dropFirst(leadingOperands).first else { return nil }
    return Step(
      program: program, folder: folder(in: command, (start + 1)..<program),
      changer: changesVariables ? words.joined(separator: " ") : nil)
  }

  private func folder(in command: [String], _ range: Range<Int>) -> String? {
    guard let hiddenFolderOptions else { return nil }
    var folder = ""
    for index in range {
      if syntax.match(command[index], hiddenFolderOptions) != nil { return nil }
      guard let (_, value) = syntax.match(command[index], folderOptions) else { continue }
      guard let next = value ?? (index + 1 < range.upperBound ? command[index + 1] : nil) else { return nil }
      folder = Self.joined(folder, next)
    }
    return folder
  }

  /// A path seen from a folder; `""` is the current one.
  static func joined(_ folder: String, _ path: String) -> String {
    folder.isEmpty || path.hasPrefix("/") ? path : folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
  }

  /// The index of the word with the module's name: `python -m NAME`, `python -ImNAME`.
  private static func module(in command: [String], from start: Int) -> Int? {
    var index = start
    while index < command.endIndex {
      let word = command[index]
      guard word.hasPrefix("-"), word != "-", word != "--", pythonSyntax.match(word, ["-c"]) == nil else { return nil }
      if let (_, value) = pythonSyntax.match(word, ["-m"]) {
        return value != nil ? index : index + 1 < command.endIndex ? index + 1 : nil
      }
      index += pythonSyntax.takesNext(word) ? 2 : 1
    }
    return nil
  }

  /// The options of `uv run` and `uvx` with a value (uv 0.4 to 0.13, `uv run --help`, `uvx --help`).
  private static let uvValues =
    PublishingClient.uvGlobalValues + [
      "--from", "-c", "--constraints", "-b", "--build-constraints", "--overrides", "--torch-backend", "--extra",
      "--no-extra", "--group", "--no-group", "--only-group", "--no-editable-package", "--env-file", "-w", "--with",
      "--with-editable", "--with-requirements", "--package", "--python-platform", "--index", "--default-index", "-i",
      "--index-url", "--extra-index-url", "-f", "--find-links", "--index-strategy", "--keyring-provider", "-P",
      "--upgrade-package", "--upgrade-group", "--resolution", "--prerelease", "--prerelease-package", "--fork-strategy",
      "--exclude-newer", "--exclude-newer-package", "--no-sources-package", "--reinstall-package", "--link-mode", "-C",
      "--config-setting", "--config-settings-package", "--no-build-isolation-package", "--no-build-package",
      "--no-binary-package", "--refresh-package", "-p", "--python", "--python-preference", "--python-fetch",
    ]

  /// The options of `env` with a value (GNU coreutils).
  static let envValues = ["--unset", "-u", "--chdir", "-C", "--argv0", "-a"]

  private static let all = [
    ToolRunner("uvx", values: uvValues, folderOptions: ["--directory"]),
    ToolRunner("uv", "tool", "run", values: uvValues, folderOptions: ["--directory"]),
    ToolRunner("uv", "run", values: uvValues, folderOptions: ["--directory"]),
    ToolRunner(
      "pipx", "run",
      values: [
        "--python-args", "--with", "--spec", "--python", "--fetch-python", "--index-url", "-i", "--pip-args",
        "--cooldown", "--backend",
      ], isAbbreviated: true),
    ToolRunner(
      "poetry", "run", values: ["--project", "-P", "--directory", "-C"], hiddenFolderOptions: ["--directory", "-C"]),
    ToolRunner(
      "pdm", "run",
      values: [
        "--config", "-c", "--pep582", "--project", "-p", "--skip", "-k", "--venv", "--env", "--env-file",
        "--working-dir",
      ], isAbbreviated: true, hiddenFolderOptions: ["--working-dir"], changesVariables: true),
    ToolRunner(
      "hatch", "env", "run",
      values: PublishingClient.hatchGlobalValues + ["--include", "-i", "--exclude", "-x", "--filter", "-f"],
      hiddenFolderOptions: nil, changesVariables: true),
    ToolRunner(
      "hatch", "run", values: PublishingClient.hatchGlobalValues, hiddenFolderOptions: nil, changesVariables: true,
      takesAssignments: true),
    ToolRunner("env", values: envValues, folderOptions: ["--chdir", "-C"], takesAssignments: true),
    ToolRunner("timeout", values: ["--kill-after", "-k", "--signal", "-s"], leadingOperands: 1),
    ToolRunner("nice", values: ["--adjustment", "-n"]),
    ToolRunner("ionice", values: ["--class", "-c", "--classdata", "-n"]),
    ToolRunner("stdbuf", values: ["--input", "-i", "--output", "-o", "--error", "-e"]),
    ToolRunner("time", values: ["--format", "-f", "--output", "-o"]),
    ToolRunner("nohup"), ToolRunner("setsid"),
  ]
}
