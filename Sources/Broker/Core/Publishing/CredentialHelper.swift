/// How a publishing tool asks for credentials while it runs: it starts a program, and talks to it in lines.
///
/// The program is ours and passes the lines on to the process that has the job's identity; what they mean is known here.
public struct CredentialHelper: Sendable, Equatable {
  /// What a line asks for.
  public enum Question: Sendable, Equatable {
    /// Leave to read, for which no credential is needed.
    case reading
    /// A credential to publish a package; with the SHA-256 of its file, if the tool says it.
    case publishing(DistributionName, sha256: String?)
    /// Something that is not ours to answer.
    case other
  }

  /// What is answered.
  public enum Reply: Sendable {
    /// Nothing is needed to read.
    case reading
    /// The API token to publish with, for this once.
    case credential(Secret)
    /// There is none: what happened, and why and what to do, a sentence each.
    case refused(Message, because: [Message])
    /// Nothing is known of that.
    case other
  }

  /// The name, by which two are the same.
  public let name: String
  /// The words behind the tool's with which it says its version, and nothing else happens.
  public let versionQuestion: [String]
  /// Why a tool cannot ask, by what it printed: `it is older than 1.74`; nil if it can.
  public let obstacle: @Sendable (_ output: [UInt8]) -> Message?
  /// The variables that lead the tool to the program, whose path is `{helper}`.
  public let variables: [ToolVariable]
  /// What the program says first; nil if it waits to be asked.
  public let greeting: String?
  /// What a line asks for.
  public let question: @Sendable (_ line: String) -> Question
  /// The line that answers.
  public let line: @Sendable (_ reply: Reply) -> String

  /// A way to ask.
  public init(
    _ name: String, versionQuestion: [String], obstacle: @escaping @Sendable (_ output: [UInt8]) -> Message?,
    variables: [ToolVariable], greeting: String? = nil, question: @escaping @Sendable (_ line: String) -> Question,
    line: @escaping @Sendable (_ reply: Reply) -> String
  ) {
    self.name = name
    self.versionQuestion = versionQuestion
    self.obstacle = obstacle
    self.variables = variables
    self.greeting = greeting
    self.question = question
    self.line = line
  }

  /// Goes by the name.
  public static func == (left: CredentialHelper, right: CredentialHelper) -> Bool { left.name == right.name }
}
