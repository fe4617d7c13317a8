/// A program that is a plug-in, as an organisation's file (`plugins`) or the command line (`--plugin`) declares it.
///
/// A configuration's entry selects one by its name; nothing else decides what is run.
public struct DeclaredProgram: Sendable, Equatable {
  /// What entries call it.
  public let name: String
  /// The program's file, an absolute path, and its arguments.
  public let command: [String]
  /// The SHA-256 of its file in lower-case hexadecimal digits; nil if its owner and mode are checked instead.
  public let sha256: String?
  /// The names of the variables that it gets of the job's; it gets no others.
  public let environment: [String]
  /// The time that a call may take.
  public let limit: Duration
  /// Where people get it, or whom they ask; nil if nothing is said.
  public let hint: String?
  /// Where it was declared.
  public let origin: Setting.Origin

  /// The time that a call may take unless the declaration says otherwise.
  public static let usualLimit = Duration.seconds(10)

  /// A declaration; the parts are valid.
  public init(
    name: String, command: [String], sha256: String? = nil, environment: [String] = [],
    limit: Duration = DeclaredProgram.usualLimit, hint: String? = nil, origin: Setting.Origin = .builtIn
  ) {
    self.name = name
    self.command = command
    self.sha256 = sha256
    self.environment = environment
    self.limit = limit
    self.hint = hint
    self.origin = origin
  }
}
