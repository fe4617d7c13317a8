import BrokerSystem

/// A publishing tool: how it is recognised, which variables it reads, which of its arguments name a destination, and which
/// of them name files.
struct PublishingClient: Sendable {
  /// An option that names a destination or a credential.
  struct Option: Sendable {
    /// What its value is.
    enum Kind: Sendable {
      /// The address to upload to: the target's own may be given.
      case address
      /// The name that the target's variables define: the target's own may be given.
      case name
      /// The name of another registry, or of an index that decides what is published.
      case registry
      /// A settings file that may name another registry, and goes before the tool's variables.
      case settings
      /// A credential, or something that decides about credentials.
      case credential
    }

    /// The option's names: `--repository`, `-r`.
    let names: [String]
    /// What its value is.
    let kind: Kind

    init(_ kind: Kind, _ names: String...) {
      self.kind = kind
      self.names = names
    }
  }

  /// Where it looks for files with relative paths.
  enum Folder: Sendable {
    /// Where it is started, or where the last of these options says.
    case current([String])
    /// In the folder of the project's file, which it finds by itself; these options name another project.
    case project([String])
  }

  /// What it publishes when no argument names a file.
  enum OwnFiles: Sendable {
    /// All distribution files in a folder of the project; these options name another folder.
    case all(in: String, unless: [String])
    /// Files that it has just written into a folder of the project.
    case written(to: String)
  }

  /// The name of its program and of its Python module.
  let name: String
  /// The words that make it publish.
  let subcommands: [String]
  /// The subcommands whose operands are the files to publish.
  let fileSubcommands: [String]
  /// The variables that are set for it.
  let variables: [EnvironmentTemplate]
  /// The variables that it reads beside these and that name a credential or a destination; `*` at the end stands for any
  /// rest.
  let removedVariables: [String]
  /// The option that names the destination, and its value: it goes before variables and settings files.
  ///
  /// Empty if the tool has none; its variable then goes before its settings files.
  let address: [String]
  /// The options that may name another destination or another credential.
  let guardedOptions: [Option]
  /// Whether it takes any unambiguous beginning of a long option's name for the option.
  let isAbbreviated: Bool
  /// The options without a value whose names begin the name of one with a value.
  let switches: [String]
  /// The options before the subcommand that have a value.
  let globalValueOptions: [String]
  /// The options behind the subcommand that have a value, beside the guarded ones.
  let valueOptions: [String]
  /// Where it looks for files.
  let folder: Folder
  /// What it publishes when no argument names a file.
  let ownFiles: OwnFiles
  /// The options with which it publishes nothing and says that all is well.
  let dryRunOptions: [String]

  init(
    _ name: String, subcommands: [String], fileSubcommands: [String] = [], variables: [EnvironmentTemplate],
    removedVariables: [String], address: [String] = [], guardedOptions: [Option], isAbbreviated: Bool = false,
    switches: [String] = [], globalValueOptions: [String] = [], valueOptions: [String] = [],
    folder: Folder = .current([]),
    ownFiles: OwnFiles = .written(to: "dist"), dryRunOptions: [String] = []
  ) {
    self.name = name
    self.subcommands = subcommands
    self.fileSubcommands = fileSubcommands
    self.variables = variables
    self.removedVariables = removedVariables
    self.address = address
    self.guardedOptions = guardedOptions
    self.isAbbreviated = isAbbreviated
    self.switches = switches
    self.globalValueOptions = globalValueOptions
    self.valueOptions = valueOptions
    self.folder = folder
    self.ownFiles = ownFiles
    self.dryRunOptions = dryRunOptions
  }

  /// Whether the address is in its variables alone: it has no option for it, or one that names the variable.
  var findsAddressInVariables: Bool { !address.contains("{url}") }

  /// How it reads the options before its subcommand.
  var globalSyntax: OptionSyntax { OptionSyntax(globalValueOptions, isAbbreviated: isAbbreviated) }

  /// How it reads the options behind its subcommand.
  var syntax: OptionSyntax {
    OptionSyntax(valueOptions + guardedOptions.flatMap(\.names), isAbbreviated: isAbbreviated, switches: switches)
  }

  /// Where it looks for files with relative paths.
  ///
  /// - Parameters:
  ///   - start: Where it is started, `""` for the current folder.
  ///   - command: All words of the command.
  ///   - tool: The index of the word that names it.
  ///   - subcommand: The index of its subcommand.
  /// - Returns: The folder; nil if it cannot be told.
  func folder(from start: String?, in command: [String], tool: Int, subcommand: Int) -> String? {
    guard let start else { return nil }
    func value(of options: [String]) -> String?? {
      for index in ((tool + 1)..<command.endIndex).reversed() {
        let syntax = index < subcommand ? globalSyntax : self.syntax
        guard let (_, value) = syntax.match(command[index], options) else { continue }
        return .some(value ?? (index + 1 < command.endIndex ? command[index + 1] : nil))
      }
      return nil
    }
    switch folder {
    case .current(let options):
      guard let given = value(of: options) else { return start }
      return given.map { ToolRunner.joined(start, $0) }
    case .project(let options):
      return value(of: options) == nil && FileReader.isFile(ToolRunner.joined(start, "pyproject.toml")) ? start : nil
    }
  }

  /// Whether a variable is one that is set for the tool or taken from it.
  func decides(_ variable: String, for registry: String) -> Bool {
    variables.contains { $0.name(for: registry) == variable }
      || Self.names(removedVariables + ClientTable.runnerVariables, include: variable)
  }

  /// Whether a list of names, in which `*` at the end stands for any rest, has a name.
  static func names(_ list: [String], include name: String) -> Bool {
    list.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0 }
  }
}
