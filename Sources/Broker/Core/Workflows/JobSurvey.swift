/// What files say about one job.
public struct JobSurvey: Sendable {
  /// The job's key.
  public let name: String
  /// Where it stands.
  public let place: FilePlace
  /// The path of the file that is started.
  public let startedFile: String
  /// The file that defines the job where another one calls it, with its repository: `OWNER/NAME/PATH`; nil where none does.
  public var calledFile: String?
  /// Who the job would be: the fields that `expect` has for it, as far as files tell.
  public var fields: [JobField: Reading<String>]
  /// Whether it may have identity tokens.
  public var identity: Reading<Bool>
  /// The audiences of identity tokens that are made when it starts, by the variables that hold them; nil where each request
  /// makes a new one.
  public var tokens: [(variable: String, audience: Reading<String>)]?
  /// The deployment environment.
  public var environment: Reading<String>
  /// Whether the provider hosts its runner.
  public var isHosted: Reading<Bool>
  /// Whether a variable that no file sets may be one that is stored at the provider.
  public var storesVariables = false
  /// What it runs, in order.
  public var steps: [JobStep]
  /// What is to be said about it.
  public var findings: [WorkflowFinding]

  /// A job.
  public init(
    _ name: String, at place: FilePlace, startedFile: String, fields: [JobField: Reading<String>] = [:],
    identity: Reading<Bool> = .absent, tokens: [(variable: String, audience: Reading<String>)]? = nil,
    environment: Reading<String> = .absent, isHosted: Reading<Bool> = .absent, steps: [JobStep] = [],
    findings: [WorkflowFinding] = []
  ) {
    self.name = name
    self.place = place
    self.startedFile = startedFile
    self.fields = fields
    self.identity = identity
    self.tokens = tokens
    self.environment = environment
    self.isHosted = isHosted
    self.steps = steps
    self.findings = findings
  }
}

/// Something that a job runs.
public struct JobStep: Sendable {
  /// What it is.
  public enum Work: Sendable, Equatable {
    /// Lines for a shell, each with its place.
    case script([Line])
    /// A part that somebody else wrote, by its name without a version.
    case part(String)
    /// Jobs that a file of another repository defines, by its path with that repository, and a version.
    case called(String)
    /// It is not known what is run; says why, as a noun.
    case unknown(Message)
  }

  /// A line of a script.
  public struct Line: Sendable, Equatable {
    /// The text.
    public let text: String
    /// Where it stands.
    public let place: FilePlace
    /// What is stored at the provider and put into the text, by its names.
    public let stored: [String]

    /// A line.
    public init(_ text: String, at place: FilePlace, stored: [String] = []) {
      self.text = text
      self.place = place
      self.stored = stored
    }
  }

  /// What it is.
  public let work: Work
  /// Where it stands.
  public let place: FilePlace
  /// What a part is given.
  public let inputs: [String: JobValue]
  /// The variables that files set for it.
  public let variables: [String: JobValue]
  /// When it runs.
  public let occasions: [JobOccasion]
  /// The folder that it runs in, as the file has it; nil for that of the checkout.
  public var folder: String?

  /// Something that is run.
  public init(
    _ work: Work, at place: FilePlace, inputs: [String: JobValue] = [:], variables: [String: JobValue] = [:],
    occasions: [JobOccasion] = [], folder: String? = nil
  ) {
    self.folder = folder
    self.work = work
    self.place = place
    self.inputs = inputs
    self.variables = variables
    self.occasions = occasions
  }
}

/// The value of a variable or an input, and where it stands.
public struct JobValue: Sendable, Equatable {
  /// What a value is.
  public enum Content: Sendable, Equatable {
    /// The text itself.
    case text(String)
    /// Something that is stored at the provider, by its name.
    case stored(String)
    /// Something that the provider or another step makes while the job runs.
    case made
    /// It is not known.
    case unknown
  }

  /// What it is.
  public let content: Content
  /// Where it stands.
  public let place: FilePlace

  /// A value.
  public init(_ content: Content, at place: FilePlace) {
    self.content = content
    self.place = place
  }

  /// The text, if it is one.
  public var text: String? {
    if case .text(let text) = content { text } else { nil }
  }
}

/// What starts a job.
public struct JobOccasion: Sendable, Hashable {
  /// What is published from.
  public enum Source: Sendable {
    /// A tag.
    case tag
    /// A branch.
    case branch
    /// A pull request or merge request.
    case change
    /// Whatever a person, or something outside of the file, chooses.
    case chosen
  }

  /// The event.
  public let event: String
  /// What is published from.
  public let source: Source
  /// Where the event stands; nil where nothing names it.
  public let place: FilePlace?
  /// Whether a condition that is decided elsewhere may keep it out.
  public let isCertain: Bool

  /// An occasion.
  public init(_ event: String, from source: Source, at place: FilePlace? = nil, isCertain: Bool = true) {
    self.event = event
    self.source = source
    self.place = place
    self.isCertain = isCertain
  }

  /// The same under a condition; nil if that does not hold.
  public func under(_ condition: Truth) -> JobOccasion? {
    condition == .no ? nil : JobOccasion(event, from: source, at: place, isCertain: isCertain && condition == .yes)
  }

  /// Such as `push of a tag`.
  public var summary: Message {
    switch source {
    case .tag: "\(Neutralized(event, limit: 64)) of a tag"
    case .branch: "\(Neutralized(event, limit: 64)) of a branch"
    case .change, .chosen: "\(Neutralized(event, limit: 64))"
    }
  }
}
