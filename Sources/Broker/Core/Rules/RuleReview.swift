/// Looks for patterns that can match nothing, or everything, by mistake.
struct RuleReview {
  /// What is known of the jobs that the rules are for.
  let jobs: [JobKind]
  /// The providers in force.
  let providers: [Provider]

  /// A provider in force.
  struct Provider: Sendable {
    let name: String
    /// What is known of its jobs; nil if nothing is.
    let kind: JobKind?
    /// Whether a file names it.
    let isNamed: Bool

    /// Whether its jobs may have what a rule is compared with.
    func mayHave(_ claim: RuleClaim) -> Bool { kind?.mayHave(claim) ?? true }
  }

  /// The warnings about the rules of a file.
  func warnings(for set: RuleSet) -> [ConfigurationWarning] {
    var warnings = review(set.common, beside: [])
    if !haveIDs(set) { warnings += Self.nameAlone(set.common, beside: []) }
    for (_, rules) in RuleSet.sorted(set.byRegistry) + RuleSet.sorted(set.byProvider) {
      warnings += review(rules, beside: set.common) + Self.nameAlone(rules, beside: set.common)
    }
    return warnings
  }

  private func review(_ rules: [JobRule], beside common: [JobRule]) -> [ConfigurationWarning] {
    var warnings = rules.compactMap(absence)
    for rule in rules {
      guard case .patterns = rule.claim.form else { continue }
      for choice in rule.choices {
        guard let text = problem(choice.pattern, claim: rule.claim.name) else { continue }
        warnings.append(
          ConfigurationWarning(
            at: choice.origin, rule.path, "has \(Neutralized.quoted(choice.pattern.text)), which \(text)"))
      }
    }
    return warnings + Self.contradictions(rules, beside: common) + Self.trees(rules, beside: common)
  }

  // MARK: Claims that there are not

  /// A rule over what no identity token of a provider has: none of its jobs passes.
  private func absence(_ rule: JobRule) -> ConfigurationWarning? {
    let meant = providers.filter { rule.provider == nil || $0.name == rule.provider }
    let having = providers.filter { $0.mayHave(rule.claim) }
    // Where no file names the providers, what one of them alone has is said, and not what one alone lacks.
    let without = meant.filter { !$0.mayHave(rule.claim) && ($0.isNamed || having.count < 2) }
    guard !without.isEmpty else { return nil }
    let families = without.compactMap(\.kind?.family).map { "\($0)" as Message }.joined(separator: " and ")
    let places = having.map { "providers.\(Neutralized($0.name)).rules" as Message }.joined(separator: " or ")
    return ConfigurationWarning(
      at: rule.origin, rule.path,
      "keeps out every job of \(families), whose identity tokens have no \(Neutralized(rule.claim.name))"
        + (having.isEmpty ? "" : ": write it in \(places)"))
  }

  // MARK: One pattern

  private func problem(_ pattern: GlobPattern, claim: String) -> Message? {
    nothing(pattern, claim: claim)
      ?? (everything(pattern, claim: claim)
        ? "matches every \(Neutralized(claim))\(claim == "event" ? " but the dangerous ones" : ""): leave the rule out if that is meant"
        : nil)
  }

  /// Values that differ as much as values of a claim can: what matches all of a list matches everything.
  private func samples(of claim: String) -> [[String]] {
    let folders = jobs.compactMap(\.workflowFolder)
    return switch claim {
    case "ref": [["refs/heads/x", "refs/tags/y"]]
    case "environment", "event", "owner": [["x"]]
    case "repository": [["x/y"]]
    case "workflow": folders.map { ["\($0)x.yml", "\($0)y.yaml"] }
    case "job-workflow": folders.map { ["x/y/\($0)z.yml@refs/heads/x"] }
    case "issuer": [["https://x"]]
    case "service-account": [["a@b.example"]]
    default: []
    }
  }

  private func everything(_ pattern: GlobPattern, claim: String) -> Bool {
    !pattern.isLiteral && samples(of: claim).contains { $0.allSatisfy(pattern.matches) }
  }

  private func nothing(_ pattern: GlobPattern, claim: String) -> Message? {
    let text = pattern.text
    if let scalar = text.unicodeScalars.first(where: { "?[]\\^~ ".unicodeScalars.contains($0) }) {
      if claim != "environment" || "?[]".unicodeScalars.contains(scalar) {
        return
          "matches no \(Neutralized(claim)): \(scalar == " " ? "a space" : "\"\(Neutralized(String(scalar)))\"") stands for itself; "
          + "patterns know * and ** alone"
      }
    }
    switch claim {
    case "ref": return Self.isBelow("refs/", pattern) ? nil : "matches no ref: refs are \(Self.suggestedRef(text))"
    case "repository":
      return text.contains("/") || text.contains("**")
        ? Self.forbidden(pattern) : "matches no repository: write owner and name, such as octo-org/\(Neutralized(text))"
    case "owner": return Self.forbidden(pattern)
    case "workflow": return workflow(pattern)
    case "job-workflow":
      return text.contains("@") || text.hasSuffix("*") ? nil : "matches no file: a ref follows, such as @refs/tags/v*"
    case "event": return event(pattern)
    case "service-account":
      return text.contains("@") || !pattern.isLiteral ? nil : "matches no account: write its whole e-mail address"
    case "issuer":
      return Self.isBelow("https://", pattern) ? nil : "matches no issuer: issuers begin with https://"
    default: return nil
    }
  }

  private static func isBelow(_ prefix: String, _ pattern: GlobPattern) -> Bool {
    let literal = pattern.literalPrefix
    return literal.hasPrefix(prefix) || (prefix.hasPrefix(literal) && !pattern.isLiteral)
  }

  private static func suggestedRef(_ text: String) -> Message {
    let rest = text.hasPrefix("/") ? String(text.dropFirst()) : text
    if rest.hasPrefix("tags/") || rest.hasPrefix("heads/") {
      return "written in full, such as refs/\(Neutralized(rest))"
    }
    return "written in full, such as refs/heads/\(Neutralized(rest)) or refs/tags/\(Neutralized(rest))"
  }

  private static func forbidden(_ pattern: GlobPattern) -> Message? {
    if pattern.text.contains(":") { return "matches nothing: write the name, not an address" }
    let isTorn = pattern.text.hasPrefix("/") || pattern.text.hasSuffix("/") || pattern.text.contains("//")
    return isTorn ? "matches nothing: no name begins or ends with a slash" : nil
  }

  private func workflow(_ pattern: GlobPattern) -> Message? {
    let text = pattern.text
    if text.hasPrefix("/") || text.hasPrefix("./") { return "matches no file: paths begin below the repository" }
    if text.contains("@") { return "matches no file: the path ends before @; job-workflow has the ref" }
    guard !text.contains("/"), !text.hasPrefix("*"), !jobs.contains(where: { text.hasPrefix($0.workflowFile ?? "\0") }),
      let kind = jobs.first(where: { $0.workflowFolder != nil }), let folder = kind.workflowFolder
    else { return nil }
    return "matches no file of \(kind.family): these are paths, such as \(Neutralized(folder + text))"
  }

  private func event(_ pattern: GlobPattern) -> Message? {
    if ["tag", "tags"].contains(pattern.text) {
      return "is no event: a tag is pushed by the event push; use ref or ref-type"
    }
    let events = jobs.flatMap(\.events)
    guard !events.isEmpty, !events.contains(where: pattern.matches) else { return nil }
    if !pattern.isLiteral, everything(pattern, claim: "event") { return nil }
    let meant: Message =
      NearestName.suggestion(for: pattern.text, among: events).map { "; did you mean \(Neutralized.quoted($0))" } ?? ""
    let families = jobs.filter { !$0.events.isEmpty }.map(\.family)
    return "is no known event of \(families.joined(separator: " or "))" + meant
  }

  // MARK: Several rules

  /// Rules that cannot hold at the same time.
  private static func contradictions(_ rules: [JobRule], beside common: [JobRule]) -> [ConfigurationWarning] {
    let all = rules + common
    guard let types = all.first(where: { $0.claim.name == "ref-type" }) else { return [] }
    let words = types.choices.map(\.pattern.text)
    var warnings: [ConfigurationWarning] = []
    for rule in all where rule.claim.name == "ref" {
      guard rules.contains(where: { $0.path == rule.path || $0.path == types.path }) else { continue }
      for choice in rule.choices {
        for (prefix, word) in [("refs/heads/", "branch"), ("refs/tags/", "tag")] {
          guard choice.pattern.literalPrefix.hasPrefix(prefix), !words.contains(word) else { continue }
          warnings.append(
            ConfigurationWarning(
              at: choice.origin, rule.path,
              "has \(Neutralized.quoted(choice.pattern.text)), which matches nothing: \(Neutralized(types.path)) is "
                + "\(Neutralized(types.value)) (\(types.origin))"))
        }
      }
    }
    return warnings
  }

  /// One id beside a pattern that stands for a tree of namespaces, each of which has an id of its own.
  private static func trees(_ rules: [JobRule], beside common: [JobRule]) -> [ConfigurationWarning] {
    let all = rules + common
    guard let ids = all.first(where: { $0.claim.name == "owner-id" }), ids.choices.count == 1,
      let owner = all.first(where: { $0.claim.name == "owner" }),
      let tree = owner.choices.first(where: { !$0.pattern.isLiteral && $0.pattern.text.utf8.contains(0x2F) }),
      rules.contains(where: { $0.path == ids.path || $0.path == owner.path })
    else { return [] }
    return [
      ConfigurationWarning(
        at: ids.origin, ids.path,
        "is one id, and \(Neutralized.quoted(tree.pattern.text)) of \(Neutralized(owner.path)) stands for several namespaces, "
          + "each with an id of its own: write the id of each that publishes")
    ]
  }

  /// Whether each provider whose jobs have an owner has a rule of its own over its id.
  private func haveIDs(_ set: RuleSet) -> Bool {
    let owned = providers.filter { $0.kind?.claims.isEmpty != false || $0.kind?.claims["owner"] != nil }
    return !owned.isEmpty
      && owned.allSatisfy { provider in
        (set.byProvider[provider.name] ?? []).contains { ["owner-id", "repository-id"].contains($0.claim.name) }
      }
  }

  /// A name can change hands; an id cannot.
  private static func nameAlone(_ rules: [JobRule], beside common: [JobRule]) -> [ConfigurationWarning] {
    let claims = Set((rules + common).map(\.claim.name))
    guard claims.isDisjoint(with: ["owner-id", "repository-id"]) else { return [] }
    return rules.filter { ["owner", "repository"].contains($0.claim.name) }.map { rule in
      ConfigurationWarning(
        at: rule.origin, rule.path,
        "goes by the name alone, which somebody else can take when it becomes free: add owner-id or repository-id")
    }
  }
}
