import BrokerCore

/// A condition of a pipeline (docs.gitlab.com, "CI/CD variable expressions"), as far as a file tells.
struct GitLabCondition: ConditionReader {
  /// What is known of a variable.
  enum Content: Equatable {
    case text(String)
    /// Some text.
    case some
    /// The name of the project's default branch.
    case defaultBranch
    case nothing
    case unknown
  }

  /// A kind of pipeline: the variables of which something is known.
  struct Run {
    let occasion: JobOccasion
    let values: [String: Content]
  }

  /// The kinds of pipelines that are looked at (docs.gitlab.com, "Predefined CI/CD variables reference").
  static let runs: [Run] = {
    func run(
      _ event: String, _ source: JobOccasion.Source, tag: Content, branch: Content, request: Content = .nothing
    ) -> Run {
      var values: [String: Content] = [
        "CI_PIPELINE_SOURCE": .text(event), "CI_COMMIT_TAG": tag, "CI_COMMIT_BRANCH": branch,
        "CI_DEFAULT_BRANCH": .defaultBranch, "CI_MERGE_REQUEST_ID": request, "CI_MERGE_REQUEST_IID": request,
        "CI_OPEN_MERGE_REQUESTS": .unknown,
      ]
      if branch == .defaultBranch { values["CI_COMMIT_REF_NAME"] = .defaultBranch }
      return Run(occasion: JobOccasion(event, from: source), values: values)
    }
    return [
      run("push", .tag, tag: .some, branch: .nothing), run("push", .branch, tag: .nothing, branch: .defaultBranch),
      run("push", .branch, tag: .nothing, branch: .some),
      run("merge_request_event", .change, tag: .nothing, branch: .nothing, request: .some),
      run("schedule", .chosen, tag: .nothing, branch: .defaultBranch),
      run("web", .chosen, tag: .unknown, branch: .unknown),
    ]
  }()

  /// The kinds of pipelines that jobs start as children, when those jobs run on `occasions`.
  static func runs(ofChildrenOn occasions: [JobOccasion]) -> [Run] {
    runs.compactMap { run in
      occasions.first { $0.event == run.occasion.event && $0.source == run.occasion.source }.map { occasion in
        Run(occasion: occasion, values: run.values.merging(["CI_PIPELINE_SOURCE": .text("parent_pipeline")]) { $1 })
      }
    }
  }

  /// Whether a condition holds in a run; one that is not read may hold.
  static func truth(of condition: String, in run: Run) -> Truth {
    guard condition.utf8.count <= 4096, let tokens = tokens(of: condition) else { return .maybe }
    var reader = GitLabCondition(tokens: tokens, run: run)
    return reader.truth()
  }

  // MARK: Parts

  enum Token: Equatable {
    case value(Content)
    case variable(String)
    case pattern
    case sign(String)
  }

  let tokens: [Token]
  private let run: Run
  var index = 0

  private static func tokens(of text: String) -> [Token]? {
    var tokens: [Token] = []
    var rest = Substring(text)
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == "$" {
        var name = rest.dropFirst()
        let isBraced = name.first == "{"
        if isBraced { name.removeFirst() }
        let word = name.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = name.dropFirst(word.count)
        if isBraced {
          guard rest.first == "}" else { return nil }
          rest.removeFirst()
        }
        tokens.append(.variable(String(word)))
      } else if first == "\"" || first == "'" {
        let inner = rest.dropFirst().prefix { $0 != first }
        rest = rest.dropFirst(inner.count + 1)
        guard rest.popFirst() == first else { return nil }
        tokens.append(.value(inner.contains("$") ? .unknown : .text(String(inner))))
      } else if first == "/" {
        rest.removeFirst()
        var isEscaped = false
        while let next = rest.first, isEscaped || next != "/" {
          isEscaped = !isEscaped && next == "\\"
          rest.removeFirst()
        }
        guard rest.popFirst() == "/" else { return nil }
        rest = rest.drop { $0.isLetter }
        tokens.append(.pattern)
      } else if rest.hasPrefix("null") {
        rest = rest.dropFirst(4)
        tokens.append(.value(.nothing))
      } else {
        guard let sign = ["==", "!=", "=~", "!~", "&&", "||", "(", ")"].first(where: rest.hasPrefix) else { return nil }
        rest = rest.dropFirst(2 - (sign.count == 1 ? 1 : 0))
        tokens.append(.sign(sign))
      }
    }
    return tokens
  }

  static func sign(_ text: String) -> Token { .sign(text) }

  static func truth(of value: Truth) -> Truth { value }

  static func value(of truth: Truth) -> Truth { truth }

  mutating func comparison(_ depth: Int) -> Truth? {
    if accept("(") {
      guard let inner = choice(depth + 1), accept(")") else { return nil }
      return inner
    }
    guard let left = value() else { return nil }
    if accept("==") { return value().map { Self.equal(left, $0) } }
    if accept("!=") { return value().map { Self.equal(left, $0).negated } }
    for (sign, isNegated) in [("=~", false), ("!~", true)] where accept(sign) {
      guard index < tokens.count else { return nil }
      index += 1
      let truth: Truth = left == .nothing ? .no : .maybe
      return isNegated ? truth.negated : truth
    }
    switch left {
    case .text(let text): return Truth(!text.isEmpty)
    case .some, .defaultBranch: return .yes
    case .nothing: return .no
    case .unknown: return .maybe
    }
  }

  private mutating func value() -> Content? {
    guard index < tokens.count else { return nil }
    defer { index += 1 }
    return switch tokens[index] {
    case .value(let value): value
    case .variable(let name): run.values[name] ?? .unknown
    case .pattern, .sign: nil
    }
  }

  private static func equal(_ left: Content, _ right: Content) -> Truth {
    switch (left, right) {
    case (.text(let one), .text(let other)): Truth(one == other)
    case (.nothing, .nothing), (.defaultBranch, .defaultBranch): .yes
    case (.nothing, .text(let text)), (.text(let text), .nothing): Truth(text.isEmpty)
    case (.nothing, .some), (.some, .nothing), (.nothing, .defaultBranch), (.defaultBranch, .nothing): .no
    // A run of another branch is not one of the default branch.
    case (.some, .defaultBranch), (.defaultBranch, .some): .no
    case (.defaultBranch, .text(let name)), (.text(let name), .defaultBranch):
      ["main", "master"].contains(name) ? .yes : .maybe
    default: .maybe
    }
  }
}
