/// What is to be changed in a file that defines jobs, so that those that publish do so with the broker.
public struct WorkflowChangeRequest: Sendable {
  /// What a line of a script becomes.
  public struct Script: Sendable {
    /// The line; nil if nothing is left of it.
    public let text: String?
    /// The registry that it publishes to; nil if it publishes nothing.
    public let registry: String?
    /// The command that publishes now.
    public let command: String
    /// What was taken out of it.
    public let removed: [String]

    /// A line.
    public init(text: String?, registry: String?, command: String, removed: [String]) {
      self.text = text
      self.registry = registry
      self.command = command
      self.removed = removed
    }
  }

  /// What a ready-made step becomes.
  public struct Part: Sendable {
    /// The registry that it publishes to.
    public let registry: String
    /// The command that publishes now; nil if the step is not needed any more.
    public let command: String?
    /// What it did beside that, and what does it now.
    public let notes: [Message]

    /// A step.
    public init(registry: String, command: String?, notes: [Message]) {
      self.registry = registry
      self.command = command
      self.notes = notes
    }
  }

  /// The path of the file in the checkout.
  public let path: String
  /// Its text.
  public let text: String
  /// The release of the broker that jobs install.
  public let version: String
  /// The path of the broker's configuration in the checkout.
  public let configuration: String
  /// The deployment environment for a job that names none.
  public let environment: String
  /// The commands that bring the broker to a job that publishes to a registry.
  public let install: @Sendable (_ registry: String) -> [String]
  /// The audience of a registry.
  public let audience: @Sendable (_ registry: String) -> Audience?
  /// What a line of a script becomes, with the variables that are in force; nil if it stays.
  ///
  /// - Throws: If it publishes, and cannot be changed.
  public let script: @Sendable (_ line: String, _ variables: [String: String]) throws(BrokerError) -> Script?
  /// What a ready-made step becomes, by its name and inputs; nil if it stays.
  ///
  /// - Throws: If it publishes, and cannot be changed.
  public let part: @Sendable (_ name: String, _ inputs: [String: String]) throws(BrokerError) -> Part?
  /// Whether a variable is the publishing tools' own.
  public let decides: @Sendable (_ variable: String) -> Bool

  /// A request.
  public init(
    path: String, text: String, version: String, configuration: String, environment: String,
    install: @escaping @Sendable (_ registry: String) -> [String],
    audience: @escaping @Sendable (_ registry: String) -> Audience?,
    script: @escaping @Sendable (_ line: String, _ variables: [String: String]) throws(BrokerError) -> Script?,
    part: @escaping @Sendable (_ name: String, _ inputs: [String: String]) throws(BrokerError) -> Part?,
    decides: @escaping @Sendable (_ variable: String) -> Bool
  ) {
    self.path = path
    self.text = text
    self.version = version
    self.configuration = configuration
    self.environment = environment
    self.install = install
    self.audience = audience
    self.script = script
    self.part = part
    self.decides = decides
  }

  /// Why the file cannot be read.
  public func unreadable(_ error: SyntaxError) -> BrokerError {
    BrokerError(
      .configurationInvalid, "\(Neutralized(path)), \(error.position): \(error.summary).",
      remedy: "Correct the file, or name another one with --workflow.")
  }

  /// An error of a place of the file.
  public func error(_ error: BrokerError, at line: Int) -> BrokerError {
    BrokerError(error.code, "\(Neutralized(path)), line \(line): \(error.message)", remedy: error.remedy)
  }

  /// Why a place of the file cannot be changed by a program.
  public func obstacle(_ line: Int, _ reason: Message) -> BrokerError {
    BrokerError(
      .usage, "\(Neutralized(path)), line \(line): \(reason).",
      remedy:
        "Write that place over several lines, one key or command on each, and run this again; or put \"token-broker exec REGISTRY --\" "
        + "before the command by hand (docs/migration.md).")
  }
}

/// A file that was changed so that its jobs publish with the broker.
public struct WorkflowChange: Sendable {
  /// A job that publishes.
  public struct Job: Sendable {
    /// Its key in the file.
    public let name: String
    /// The line of the key.
    public let line: Int
    /// Its deployment environment; nil if a file does not tell.
    public let environment: String?
    /// The registries, in order.
    public let registries: [String]
    /// The commands that publish now.
    public let commands: [String]

    /// A job.
    public init(name: String, line: Int, environment: String?, registries: [String], commands: [String]) {
      self.name = name
      self.line = line
      self.environment = environment
      self.registries = registries
      self.commands = commands
    }
  }

  /// The new text.
  public let text: String
  /// The jobs that publish.
  public let jobs: [Job]
  /// The names of stored credentials that are not used any more.
  public let stored: [String]
  /// What to look at.
  public let notes: [Message]

  /// A changed file.
  public init(text: String, jobs: [Job], stored: [String], notes: [Message]) {
    self.text = text
    self.jobs = jobs
    self.stored = stored
    self.notes = notes
  }
}
