/// A publishing tool: how it is recognised, which variables it reads, and which of its arguments name a destination.
struct PublishingClient: Sendable {
  /// An option that names a destination or a credential.
  struct Option: Sendable {
    /// What its value is.
    enum Kind: Sendable {
      /// The address to upload to: the target's own may be given.
      case address
      /// The name of a registry: the target's own may be given.
      case registry
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

  /// Where it takes the destination from.
  enum Destination: Sendable {
    /// From a variable that is set for it.
    case variable
    /// From an option that names the registry; without it, it publishes to the usual address, whatever variables say.
    case option(Option, usual: String)
  }

  /// What makes it pass over files that the index has.
  struct Skip: Sendable {
    /// The arguments; empty if it does so by itself.
    let arguments: [String]
    /// The beginnings of the addresses for which it takes these; nil for any.
    let prefixes: [String]?

    init(_ arguments: [String], onlyAt prefixes: [String]? = nil) {
      self.arguments = arguments
      self.prefixes = prefixes
    }

    /// The arguments for an address; nil if the tool cannot be told there.
    func arguments(for uploadURL: String) -> [String]? {
      prefixes?.contains(where: uploadURL.hasPrefix) ?? true ? arguments : nil
    }
  }

  /// The name of its program and of its Python module.
  let name: String
  /// The words that make it publish.
  let subcommands: [String]
  /// The variables that are set for it.
  let variables: [EnvironmentTemplate]
  /// The variables that it reads beside these and that name a credential or a destination; `*` at the end stands for any
  /// rest.
  let removedVariables: [String]
  /// Where it takes the destination from.
  let destination: Destination
  /// The options that may name another destination or another credential.
  let guardedOptions: [Option]
  /// Whether it takes any unambiguous beginning of a long option's name for the option.
  let abbreviatesOptions: Bool
  /// The options before the subcommand that have a value.
  let globalValueOptions: [String]
  /// How it is told to pass over files that the index has; nil if it cannot be.
  let skip: Skip?

  init(
    _ name: String, subcommands: [String], variables: [EnvironmentTemplate], removedVariables: [String],
    destination: Destination = .variable, guardedOptions: [Option], abbreviatesOptions: Bool = false,
    globalValueOptions: [String] = [], skip: Skip? = nil
  ) {
    self.name = name
    self.subcommands = subcommands
    self.variables = variables
    self.removedVariables = removedVariables
    self.destination = destination
    self.guardedOptions = guardedOptions
    self.abbreviatesOptions = abbreviatesOptions
    self.globalValueOptions = globalValueOptions
    self.skip = skip
  }
}
