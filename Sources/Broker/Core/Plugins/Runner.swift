/// What runs a provider's jobs: what reads their log and what it obeys there, and what a step may write beside it.
///
/// A type of provider has one, so that it is known before a provider is selected: the first line of a log has to be harmless,
/// too. The runner does not have what is left out.
public struct Runner: Sendable {
  /// What people call it, such as `Own CI`.
  public let name: String
  /// The variable that it sets for every job.
  public let variable: String
  /// What that variable holds.
  public let value: String
  /// The names of the variables that it sets for its jobs; `*` at the end stands for any rest.
  public var variables: [String] = []
  /// What begins a command in its log.
  public var marks: [LogMark] = []
  /// The line, without its end, that hides a value in the rest of the log; nil if a value that is made while the job runs
  /// cannot be hidden.
  public var hide: (@Sendable (Secret) -> Secret)?
  /// The line, without its end, that shows a message on the run's page; nil if there are none.
  public var annotate: (@Sendable (Annotation) -> String)?
  /// Where a step leaves values for later steps; nil if it cannot.
  public var outputs: StepOutputs?
  /// The variable that names the file for what the run's page shows of a step, in Markdown; nil if there is none.
  public var summary: String?
  /// The variable that names the folder of the checkout; nil if there is none.
  public var checkout: String?

  /// A runner that a job is recognised to have by a variable.
  public init(_ name: String, variable: String, value: String) {
    self.name = name
    self.variable = variable
    self.value = value
  }

  /// Whether it runs the job.
  public func runs(jobOf environment: Environment) -> Bool { environment[variable] == value }

  /// Whether it sets a variable for its jobs.
  public func sets(_ variable: String) -> Bool {
    variable == self.variable
      || variables.contains { $0.hasSuffix("*") ? variable.hasPrefix($0.dropLast()) : variable == $0 }
  }

  /// Whether a value that is made while the job runs can be hidden in its log.
  public var canHide: Bool { hide != nil }
}

/// A mark that begins a command in a runner's log.
public struct LogMark: Sendable, Equatable {
  /// Where it counts.
  public enum Place: Sendable {
    /// Where nothing but white space and what is not seen precedes it in its line.
    case lineStart
    /// Anywhere.
    case anywhere
  }

  /// The mark, two characters or more.
  public let text: String
  /// Where it counts.
  public let place: Place

  /// A mark.
  public init(_ text: String, _ place: Place) {
    self.text = text
    self.place = place
  }
}

/// A message that a runner shows on a run's page.
public struct Annotation: Sendable, Equatable {
  /// How bad it is.
  public enum Level: Sendable {
    /// Something failed.
    case error
    /// Something is odd.
    case warning
  }

  /// How bad it is.
  public let level: Level
  /// The title, in one line.
  public let title: Message
  /// The message, which may have several lines.
  public let message: Message

  /// A message.
  public init(_ level: Level, title: Message, _ message: Message) {
    self.level = level
    self.title = title
    self.message = message
  }
}

/// The values that a step of a job leaves for later steps, in a file that a variable names.
public struct StepOutputs: Sendable {
  /// What `mint --format` calls this form.
  public let format: String
  /// The variable that names the file.
  public let variable: String
  /// The record of values that is added to the file, with the end of its last line.
  public let record: @Sendable ([StepOutput]) -> Secret
  /// Why an API token that was handed on may be empty, and what to change, in a sentence; nil if nothing is known.
  public let whyEmpty: Message?

  /// Step outputs.
  public init(
    _ format: String, variable: String, whyEmpty: Message? = nil, record: @escaping @Sendable ([StepOutput]) -> Secret
  ) {
    self.whyEmpty = whyEmpty
    self.format = format
    self.variable = variable
    self.record = record
  }
}

/// A value that a step leaves for later steps.
public struct StepOutput: Sendable {
  /// What later steps call it: lower-case words with hyphens between them.
  public let name: String
  /// The value, which may be a secret.
  public let value: Secret

  /// A value.
  public init(_ name: String, _ value: Secret) {
    self.name = name
    self.value = value
  }
}
