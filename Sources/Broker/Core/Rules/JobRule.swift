/// One rule over who a job is: a key of `rules`, with what it admits and where it was written.
public struct JobRule: Sendable {
  /// A value that the rule admits, and where it was written.
  struct Choice: Sendable {
    let pattern: GlobPattern
    let origin: Setting.Origin
  }

  /// The greatest number of values that a rule admits; two layers' are compared each with each.
  public static let maximumChoices = 100

  /// The key path, such as `registries.pypi.rules.ref`.
  public let path: String
  /// What it looks at.
  public let claim: RuleClaim
  /// The provider whose jobs alone it is about; nil for every job.
  public let provider: String?
  /// Where the rule was written.
  public let origin: Setting.Origin
  let choices: [Choice]

  /// What it admits, as text: `refs/tags/v*, refs/heads/main`.
  public var value: String { choices.map(\.pattern.text).joined(separator: ", ") }

  /// Whether the rule is about a job; one of which no provider is known may be of any.
  func concerns(_ job: JobIdentity) -> Bool { provider == nil || job.provider == nil || job.provider == provider }

  /// Whether a job passes; a job without the claim does not.
  public func admits(_ job: JobIdentity) -> Bool {
    guard let value = claim.value(job) else { return false }
    return choices.contains { $0.pattern.matches(value) }
  }

  /// The rules of an object, which has none but the keys of ``RuleClaim/all``; `provider` is whose jobs they are about.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path.
  static func read(
    from object: ConfigurationObject, of provider: String? = nil
  ) throws(BrokerError) -> [JobRule] {
    try object.refuseUnknownKeys(known: RuleClaim.all.map(\.name))
    var rules: [JobRule] = []
    for name in object.keys {
      guard let claim = RuleClaim.all.first(where: { $0.name == name }) else { continue }
      rules.append(
        JobRule(
          path: (object.path + [name]).joined(separator: "."), claim: claim, provider: provider,
          origin: object.origin(of: name), choices: try choices(of: claim, in: object)))
    }
    return rules
  }

  private static func choices(
    of claim: RuleClaim, in object: ConfigurationObject
  ) throws(BrokerError) -> [Choice] {
    if case .flag = claim.form {
      guard try object.flag(claim.name) == true, let pattern = GlobPattern("true") else {
        throw object.error(claim.name, "has to be true", remedy: "Leave it out if every ref will do.")
      }
      return [Choice(pattern: pattern, origin: object.origin(of: claim.name))]
    }
    let elements = try object.elements(claim.name)
    guard elements.count <= maximumChoices else {
      throw object.error(
        claim.name, "has \(elements.count) elements, and \(maximumChoices) at most are compared",
        remedy: "Write a pattern that stands for several of them.")
    }
    var choices: [Choice] = []
    for (text, origin) in elements {
      guard let pattern = GlobPattern(text) else {
        throw object.error(
          claim.name, "has \(Neutralized.quoted(text)), which is no pattern",
          remedy: "Write at most \(GlobPattern.maximumLength) characters, and no more than two * in a row.")
      }
      switch claim.form {
      case .words(let words):
        guard words.contains(text) else {
          throw object.error(
            claim.name, "has \(Neutralized.quoted(text)), which it cannot be",
            remedy: NearestName.remedy(for: text, among: words))
        }
      case .identifiers:
        guard text.utf8.count <= 24, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
          throw object.error(
            claim.name, "has \(Neutralized.quoted(text)), which is no id",
            remedy: "Write the number in double quotes, such as \"1000\"; ids are not patterns.")
        }
      case .patterns, .flag: break
      }
      choices.append(Choice(pattern: pattern, origin: origin))
    }
    return choices
  }
}
