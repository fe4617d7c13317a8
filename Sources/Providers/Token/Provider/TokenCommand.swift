import BrokerCore

/// A program that prints an identity token.
struct TokenCommand: Sendable {
  let words: [Template]
  /// The job's variables that it is given beside the usual ones; `*` at the end stands for any rest.
  let variables: [String]

  static let keys = [
    ConfigurationKey("words", summary: "the program's absolute path and its arguments", kind: .texts),
    ConfigurationKey(
      "variables", summary: "the job's variables that it needs, * at the end for any rest", kind: .texts),
  ]

  /// What every program is given of the job's variables: where to look for things, and the way out.
  static let usual = [
    "PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "https_proxy", "HTTPS_PROXY", "http_proxy",
    "no_proxy",
    "NO_PROXY", "all_proxy", "ALL_PROXY",
  ]
  /// The time that it may take.
  static let limit: Duration = .seconds(15)

  init(from object: ConfigurationObject) throws(BrokerError) {
    try object.refuseUnknownKeys(known: Self.keys.map(\.name))
    guard let texts = try object.strings("words") else {
      throw object.error("words", "is not there", remedy: "Write the program's path and its arguments.")
    }
    words = texts.map(Template.init)
    for template in words {
      guard template.variables.isEmpty, template.values.allSatisfy(TokenSettings.placeholders.contains) else {
        throw object.error(
          "words", "has another placeholder than {audience} and {audience-json}",
          remedy: "An argument can be seen by every process of the machine: no variable stands there.")
      }
    }
    guard words[0].isText, texts[0].hasPrefix("/"), !texts[0].hasSuffix("/") else {
      throw object.error(
        "words", "does not begin with the absolute path of a program", remedy: "Write it whole: /usr/bin/ci.")
    }
    variables = try object.strings("variables") ?? []
    for name in variables {
      let beginning = name.hasSuffix("*") ? String(name.dropLast()) : name
      guard Template.isVariableName(beginning), !SteeringVariables.decide(beginning) || Self.usual.contains(name) else {
        throw object.error(
          "variables", "has \(Neutralized.quoted(name)), which is no variable's name or decides what programs run",
          remedy: "Leave it out.")
      }
    }
  }

  var asksForAudience: Bool { words.contains { $0.values.contains(where: TokenSettings.placeholders.contains) } }

  /// The variables that a job has of those that it is given.
  func names(in environment: Environment) -> [String] {
    environment.names.filter { name in
      Self.usual.contains(name)
        || (PublishingTool.names(variables, include: name) && !SteeringVariables.decide(name))
    }
  }

  /// The program for an audience.
  func program(for audience: Audience, in environment: Environment) throws(BrokerError) -> Program {
    var texts: [String] = []
    for word in words {
      texts.append(
        try word.filled { (part) throws(BrokerError) in
          if case .value("audience") = part { audience.value } else { JSONText.quoted(audience.value) }
        })
    }
    var passed: [String: String] = [:]
    for name in names(in: environment) { passed[name] = environment.nonEmpty(name) }
    return Program(texts, environment: passed, maximumBytes: 64 * 1024, limit: Self.limit)
  }
}
