/// A program that signs the files of a release with the identity of the job, and how it asks for that.
public struct AttestationTool: Sendable {
  /// How its requests for an identity token are made and answered: `GET` with a bearer and the audience in the query.
  public struct Request: Sendable {
    /// The variables with which it is told of the endpoint; `{url}` and `{bearer}` in a value stand for what they say.
    public let variables: [(name: String, value: String)]
    /// The item of the query that names the audience.
    public let audienceItem: String
    /// The member of the answer, a JSON object, that holds the identity token.
    public let answerMember: String

    /// A form of requests.
    public init(variables: [(name: String, value: String)], audienceItem: String, answerMember: String) {
      self.variables = variables
      self.audienceItem = audienceItem
      self.answerMember = answerMember
    }
  }

  /// The name of its program.
  public let program: String
  /// The words between the program and the files.
  public let arguments: [String]
  /// The audience of the identity token that it asks for, which no registry takes.
  public let audience: Audience
  /// How it asks.
  public let request: Request
  /// Variables beside those of CI systems with which it would find another identity; `*` at the end stands for any rest.
  public let removedVariables: [String]
  /// What is put behind a file's name for its attestation.
  public let ending: String
  /// The files that an attestation says it is for; nil if it is none.
  public let subjects: @Sendable (_ attestation: [UInt8]) -> [Subject]?

  /// A file that an attestation is for.
  public struct Subject: Sendable, Equatable {
    /// The file's name.
    public let filename: String
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    public let sha256: String

    /// A file.
    public init(filename: String, sha256: String) {
      self.filename = filename
      self.sha256 = sha256
    }
  }

  /// A program.
  public init(
    _ program: String, arguments: [String], audience: Audience, request: Request, removedVariables: [String] = [],
    ending: String, subjects: @escaping @Sendable (_ attestation: [UInt8]) -> [Subject]?
  ) {
    self.program = program
    self.arguments = arguments
    self.audience = audience
    self.request = request
    self.removedVariables = removedVariables
    self.ending = ending
    self.subjects = subjects
  }
}
