/// A publishing tool: how it is recognised, which variables it reads, which of its arguments name a destination, and which
/// of them name files.
public struct PublishingTool: Sendable, Equatable {
  /// An option that names a destination or a credential.
  public struct Option: Sendable, Equatable {
    /// What its value is.
    public enum Kind: Sendable {
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
    public let names: [String]
    /// What its value is.
    public let kind: Kind

    /// An option.
    public init(_ kind: Kind, _ names: String...) {
      self.kind = kind
      self.names = names
    }
  }

  /// Where it looks for files with relative paths.
  public enum Folder: Sendable, Equatable {
    /// Where it is started, or where the last of these options says.
    case current([String])
    /// In the folder of the project's file of this name, which it finds by itself; these options name another project.
    case project(String, [String])
  }

  /// What it publishes when no argument names a file: files in a folder of the project.
  public struct OwnFiles: Sendable, Equatable {
    /// Which of them.
    public enum Choice: Sendable, Equatable {
      /// All.
      case all
      /// Those of one release, which it chooses by itself.
      case oneRelease
      /// Those that it has just written.
      case written
    }

    /// When it builds before it publishes.
    public enum Building: Sendable, Equatable {
      /// Never.
      case never
      /// Always.
      case always
      /// With one of these options.
      case with([String])
      /// Without any of these options.
      case without([String])
    }

    /// The folder.
    public let folder: String
    /// Which files of it.
    public let choice: Choice
    /// When it builds them first.
    public let building: Building
    /// The options that name another folder or another project.
    public let options: [String]
    /// The variables that name another project.
    public let variables: [String]

    /// Files in a folder.
    public init(
      _ choice: Choice, in folder: String, building: Building = .never, unless options: [String] = [],
      orVariables variables: [String] = []
    ) {
      self.folder = folder
      self.choice = choice
      self.building = building
      self.options = options
      self.variables = variables
    }
  }

  /// How it is brought to send the attestations of files.
  public enum Attestations: Sendable, Equatable {
    /// Not at all.
    case unsent
    /// It sends those that its arguments name beside the files, with these options.
    case named([String])
  }

  /// The name of its program and, where an interpreter runs it, of its module.
  public let name: String
  /// The words that make it publish.
  public let subcommands: [String]
  /// The subcommands whose operands are the files to publish.
  public let fileSubcommands: [String]
  /// The variables that are set for it.
  public let variables: [ToolVariable]
  /// The variables that lead it to the sandbox in a rehearsal, where the others name its registry by a name alone.
  public let rehearsalVariables: [ToolVariable]
  /// The variables that it reads beside these and that name a credential or a destination; `*` at the end stands for any
  /// rest.
  public let removedVariables: [String]
  /// The option that names the destination, and its value: it goes before variables and settings files.
  ///
  /// Empty if the tool has none; its variable then goes before its settings files.
  public let address: [String]
  /// The options that may name another destination or another credential.
  public let guardedOptions: [Option]
  /// Whether it takes any unambiguous beginning of a long option's name for the option.
  public let isAbbreviated: Bool
  /// The options without a value whose names begin the name of one with a value.
  public let switches: [String]
  /// The options before the subcommand that have a value.
  public let globalValueOptions: [String]
  /// The options behind the subcommand that have a value, beside the guarded ones.
  public let valueOptions: [String]
  /// Where it looks for files.
  public let folder: Folder
  /// What it publishes when no argument names a file; nil if it publishes nothing then.
  public let ownFiles: OwnFiles?
  /// Whether it reads patterns, which a shell would have replaced by the names of files, by itself.
  public let takesPatterns: Bool
  /// Whether it publishes the files in a folder that it is given.
  public let takesFolders: Bool
  /// The options with which it publishes nothing and says that all is well.
  public let dryRunOptions: [String]
  /// The options with which it prints the answer to a refused upload, and no secret; empty if it has none, or needs none.
  public let answerOptions: [String]
  /// How it is brought to send attestations.
  public let attestations: Attestations
  /// The words behind its name with which it stores a credential for later; the last one is the beginning of a word.
  public let storing: [[String]]
  /// What a word before the subcommand begins with that is neither an option nor the subcommand; nil if there are none.
  public let prefix: String?
  /// How it is asked which packages it makes of sources and publishes; nil if it publishes files that are there.
  public let survey: PackageSurvey?
  /// How it asks for credentials while it runs; nil if it does not.
  public let helper: CredentialHelper?
  /// Whether it exchanges the identity of a job by itself where it is given no credential.
  public let exchangesIdentity: Bool

  /// A publishing tool.
  public init(
    _ name: String, subcommands: [String], fileSubcommands: [String] = [], variables: [ToolVariable],
    rehearsalVariables: [ToolVariable] = [], removedVariables: [String], address: [String] = [],
    guardedOptions: [Option], isAbbreviated: Bool = false,
    switches: [String] = [], globalValueOptions: [String] = [], valueOptions: [String] = [],
    folder: Folder = .current([]), ownFiles: OwnFiles? = nil, takesPatterns: Bool = false,
    takesFolders: Bool = false, dryRunOptions: [String] = [], answerOptions: [String] = [],
    attestations: Attestations = .unsent, storing: [[String]] = [], prefix: String? = nil,
    survey: PackageSurvey? = nil, helper: CredentialHelper? = nil, exchangesIdentity: Bool = true
  ) {
    self.exchangesIdentity = exchangesIdentity
    self.storing = storing
    self.prefix = prefix
    self.survey = survey
    self.helper = helper
    self.name = name
    self.subcommands = subcommands
    self.fileSubcommands = fileSubcommands
    self.variables = variables
    self.rehearsalVariables = rehearsalVariables
    self.removedVariables = removedVariables
    self.address = address
    self.guardedOptions = guardedOptions
    self.isAbbreviated = isAbbreviated
    self.switches = switches
    self.globalValueOptions = globalValueOptions
    self.valueOptions = valueOptions
    self.folder = folder
    self.ownFiles = ownFiles
    self.takesPatterns = takesPatterns
    self.takesFolders = takesFolders
    self.dryRunOptions = dryRunOptions
    self.answerOptions = answerOptions
    self.attestations = attestations
  }

  /// Whether a variable is one that is set for the tool or taken from it.
  public func decides(_ variable: String, for registry: String) -> Bool {
    (variables + rehearsalVariables).contains { $0.name(for: registry) == variable }
      || Self.names(removedVariables, include: variable)
  }

  /// The variable that it reads its credential from.
  public var credentialVariable: String? {
    variables.first { ["{token}", "{password}"].contains($0.value) }?.name
  }

  /// Whether a list of names, in which `*` at the end stands for any rest, has a name.
  public static func names(_ list: [String], include name: String) -> Bool {
    list.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0 }
  }
}

/// A variable of a publishing tool that is made from a credential: `UPLOAD_PASSWORD` with the value `{token}`.
public struct ToolVariable: Sendable, Equatable {
  /// The name; `{REGISTRY}` in it is the registry's name in capitals, hyphens as underscores.
  public let name: String
  /// The value; `{token}`, `{password}`, `{username}`, `{url}` and `{registry}` in it stand for the credential's.
  public let value: String

  /// A variable.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// The variable's name for a registry.
  public func name(for registry: String) -> String {
    name.replacing("{REGISTRY}", with: registry.uppercased().replacing("-", with: "_"))
  }
}
