public import BrokerCore

/// The settings of a CI system that is described by its entry: how a job is recognised, where its identity tokens come from,
/// and which claim is which field of a job.
public struct TokenSettings: PluginSettings {
  /// Where identity tokens come from.
  enum Source: Sendable {
    /// Variables, each used at most once.
    case variables([String])
    /// A file, read again for each token.
    case file(Template)
    /// A request of the job's runner.
    case request(TokenRequest)
    /// A program's standard output.
    case command(TokenCommand)
  }

  /// What is seen in a job, all of it.
  let detect: [VariableCondition]
  /// What is seen in a job that must not ask, any of it.
  let refuse: [VariableCondition]
  let source: Source
  /// The one audience that all tokens are made out to; nil if it is asked for, or said where the job is written.
  let audience: Audience?
  let job: DeclaredJob
  /// What to change in a job that has no identity token.
  let hint: Message?
  /// The values, as they were written.
  public let values: [SettingValue]

  /// The keys.
  public static let keys = [
    ConfigurationKey(
      "detect", summary: "what is seen in a job: variables and their values, * for any", kind: .map(.text)),
    ConfigurationKey(
      "refuse", summary: "what is seen in a job that must not ask, such as one of a fork: variables and values",
      kind: .map(.text)),
    ConfigurationKey(
      "variable", summary: "the variables that hold identity tokens, each used at most once", kind: .texts),
    ConfigurationKey("file", summary: "the file that holds an identity token, read again for each"),
    ConfigurationKey(
      "request", summary: "the request that answers with an identity token", kind: .object(TokenRequest.keys)),
    ConfigurationKey("command", summary: "the program that prints an identity token", kind: .object(TokenCommand.keys)),
    ConfigurationKey(
      "audience", summary: "the one audience of all identity tokens, where none can be asked for", kind: .audience),
    ConfigurationKey("family", summary: "what people call the CI system; the entry's name unless it is said"),
    DeclaredJob.key,
    ConfigurationKey("hint", summary: "what to change in a job that gets no identity token"),
  ]

  /// The values that a description may have.
  static let placeholders = ["audience", "audience-json"]

  /// Decodes the settings.
  ///
  /// - Throws: `ErrorCode.configurationInvalid` with file, line, column and key path, for what cannot work as well.
  public init(from object: ConfigurationObject) throws(BrokerError) {
    detect = try VariableCondition.all(of: "detect", in: object)
    refuse = try VariableCondition.all(of: "refuse", in: object)
    audience = try object.audience("audience")
    let name = object.path.last ?? ""
    let family = try object.string("family") ?? name
    job = try DeclaredJob(from: try object.child("claims"), family: IssuerFamily(family))
    hint = try object.string("hint").map { Message(Neutralized($0, limit: 300)) }
    values = object.written(Self.keys)
    let sources = ["variable", "file", "request", "command"].filter { object.keys.contains($0) }
    guard sources.count == 1 else {
      throw object.error(
        sources.last ?? "type",
        sources.isEmpty
          ? "is token, and nothing says where identity tokens come from"
          : "says where identity tokens come from, and so does \(Neutralized(sources[0]))",
        remedy: "Write one of variable, file, request and command.")
    }
    let source = try Self.source(sources[0], in: object)
    self.source = source
    try Self.checkAudience(audience, source, in: object)
    guard !detect.isEmpty || Self.isDetectedByItself(source) else {
      throw object.error(
        "detect", "is not there, and nothing else tells a job of this CI system from others",
        remedy: "Name the variable that it sets for every job, such as \"detect\": { \"CI_SYSTEM\": \"true\" }.")
    }
  }

  private static func source(_ key: String, in object: ConfigurationObject) throws(BrokerError) -> Source {
    switch key {
    case "variable":
      let names = try object.strings(key) ?? []
      for name in names where !Template.isVariableName(name) {
        throw object.error(
          key, "has \(Neutralized.quoted(name)), which is not the name of a variable",
          remedy: "Use letters, digits and underscores, and no digit first.")
      }
      return .variables(names)
    case "file":
      guard let path = try object.template(key, values: [], takesVariables: true) else {
        throw object.error(key, "is not there")
      }
      try TokenFile.check(path, in: object)
      return .file(path)
    case "request":
      guard let child = try object.child(key) else { throw object.error(key, "is not there") }
      return .request(try TokenRequest(from: child))
    default:
      guard let child = try object.child(key) else { throw object.error(key, "is not there") }
      return .command(try TokenCommand(from: child))
    }
  }

  /// An audience that can neither be asked for nor is fixed is none that anybody wants.
  private static func checkAudience(
    _ audience: Audience?, _ source: Source, in object: ConfigurationObject
  ) throws(BrokerError) {
    let (key, asks): (String, Bool) =
      switch source {
      case .variables, .file: ("", true)
      case .request(let request): ("request", request.asksForAudience)
      case .command(let command): ("command", command.asksForAudience)
      }
    guard asks || audience != nil else {
      throw object.error(
        key, "does not say for which audience it asks",
        remedy: "Put {audience} where it says it, or name the fixed audience in \"audience\".")
    }
    guard audience == nil || key.isEmpty || !asks else {
      throw object.error(
        "audience", "is fixed, and \(Neutralized(key)) asks for one", remedy: "Leave one of them out.")
    }
  }

  private static func isDetectedByItself(_ source: Source) -> Bool {
    switch source {
    case .variables: true
    case .file(let path): !path.variables.isEmpty
    case .request(let request): !request.variables.isEmpty
    case .command: false
    }
  }
}
