import BrokerCore

/// A condition of a workflow (docs.github.com, "Evaluate expressions in workflows and actions"), as far as a file tells.
struct GitHubExpression: ConditionReader {
  /// What is known of a run.
  struct Run {
    /// The values of contexts by their path in lower case; others are unknown.
    var values: [String: Value]
  }

  /// What is known of a value.
  enum Value: Equatable {
    case text(String)
    /// A text that begins so.
    case beginning(String)
    case flag(Bool)
    case truth(Truth)
    case nothing
    case unknown

    var truth: Truth {
      switch self {
      case .text(let text): Truth(!text.isEmpty)
      case .beginning: .yes
      case .flag(let flag): Truth(flag)
      case .truth(let truth): truth
      case .nothing: .no
      case .unknown: .maybe
      }
    }
  }

  /// Whether a condition holds in a run; one that is not read may hold.
  static func truth(of condition: String, in run: Run) -> Truth {
    guard let text = inner(of: condition), text.utf8.count <= 4096, let tokens = tokens(of: text) else { return .maybe }
    var expression = GitHubExpression(tokens: tokens, run: run)
    return expression.truth()
  }

  /// Whether a condition asks for the state of jobs before, so that it may run when they were passed over.
  static func asksForState(_ condition: String) -> Bool {
    ["always()", "failure()", "cancelled()"].contains { condition.filter { $0 != " " }.contains($0) }
  }

  /// The text of `${{ … }}` if that is all there is, or a text without it.
  static func inner(of text: String) -> String? {
    let text = text.trimmed
    guard text.contains("${{") else { return text }
    guard text.hasPrefix("${{"), text.hasSuffix("}}") else { return nil }
    let inner = String(text.dropFirst(3).dropLast(2))
    return inner.contains("${{") || inner.contains("}}") ? nil : inner
  }

  // MARK: Parts

  enum Token: Equatable {
    case path(String)
    case literal(Value)
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
      } else if first == "'" {
        guard let literal = quoted(&rest) else { return nil }
        tokens.append(.literal(.text(literal)))
      } else if first.isLetter || first == "_" {
        let name = rest.prefix { $0.isLetter || $0.isNumber || "_-.*".contains($0) }
        rest = rest.dropFirst(name.count)
        switch name.lowercased() {
        case "true": tokens.append(.literal(.flag(true)))
        case "false": tokens.append(.literal(.flag(false)))
        case "null": tokens.append(.literal(.nothing))
        case let path: tokens.append(.path(path))
        }
      } else if first.isNumber {
        let number = rest.prefix { $0.isLetter || $0.isNumber || $0 == "." }
        rest = rest.dropFirst(number.count)
        tokens.append(.literal(.text(String(number))))
      } else {
        guard
          let sign = ["==", "!=", "&&", "||", "<=", ">=", "<", ">", "!", "(", ")", ",", "[", "]"].first(
            where: rest.hasPrefix)
        else { return nil }
        rest = rest.dropFirst(sign.count)
        tokens.append(.sign(sign))
      }
    }
    return tokens
  }

  private static func quoted(_ rest: inout Substring) -> String? {
    var text = ""
    rest.removeFirst()
    while let character = rest.popFirst() {
      guard character == "'" else {
        text.append(character)
        continue
      }
      guard rest.first == "'" else { return text }
      text.append("'")
      rest.removeFirst()
    }
    return nil
  }

  static func sign(_ text: String) -> Token { .sign(text) }

  static func truth(of value: Value) -> Truth { value.truth }

  static func value(of truth: Truth) -> Value { .truth(truth) }

  mutating func comparison(_ depth: Int) -> Value? {
    guard let left = primary(depth) else { return nil }
    if accept("==") { return primary(depth).map { .truth(Self.equal(left, $0)) } }
    if accept("!=") { return primary(depth).map { .truth(Self.equal(left, $0).negated) } }
    for sign in ["<=", ">=", "<", ">"] where accept(sign) { return primary(depth).map { _ in .unknown } }
    return left
  }

  private mutating func primary(_ depth: Int) -> Value? {
    guard depth < Self.maximumDepth else { return nil }
    if accept("!") { return primary(depth + 1).map { .truth($0.truth.negated) } }
    if accept("(") {
      guard let inner = choice(depth + 1), accept(")") else { return nil }
      return inner
    }
    guard index < tokens.count else { return nil }
    switch tokens[index] {
    case .literal(let value):
      index += 1
      return value
    case .path(let path):
      index += 1
      if accept("(") { return call(path, depth + 1) }
      var isIndexed = false
      while accept("[") {
        guard choice(depth + 1) != nil, accept("]") else { return nil }
        isIndexed = true
        if index < tokens.count, case .path = tokens[index] { index += 1 }
      }
      return isIndexed ? .unknown : run.values[path] ?? .unknown
    case .sign: return nil
    }
  }

  private mutating func call(_ name: String, _ depth: Int) -> Value? {
    guard depth < Self.maximumDepth else { return nil }
    var arguments: [Value] = []
    while !accept(")") {
      guard let argument = choice(depth) else { return nil }
      arguments.append(argument)
      guard accept(",") || index < tokens.count && tokens[index] == .sign(")") else { return nil }
    }
    switch (name, arguments.count) {
    case ("always", 0), ("success", 0): return .flag(true)
    case ("failure", 0), ("cancelled", 0): return .flag(false)
    case ("startswith", 2): return .truth(Self.begins(arguments[0], with: arguments[1]))
    case ("contains", 2): return .truth(Self.contains(arguments[0], arguments[1]))
    default: return .unknown
    }
  }

  // MARK: Comparisons, which take no account of case

  private static func equal(_ left: Value, _ right: Value) -> Truth {
    switch (left, right) {
    case (.text(let one), .text(let other)): Truth(one.lowercased() == other.lowercased())
    case (.text(let text), .beginning(let beginning)), (.beginning(let beginning), .text(let text)):
      text.lowercased().hasPrefix(beginning.lowercased()) ? .maybe : .no
    case (.nothing, .text(let text)), (.text(let text), .nothing): Truth(text.isEmpty)
    case (.nothing, .beginning), (.beginning, .nothing): .no
    case (.flag(let flag), let other), (let other, .flag(let flag)):
      switch other {
      case .flag(let flag2): Truth(flag == flag2)
      case .truth(let truth): flag ? truth : truth.negated
      case .nothing: Truth(!flag)
      default: .maybe
      }
    case (.nothing, .nothing): .yes
    default: .maybe
    }
  }

  private static func begins(_ text: Value, with beginning: Value) -> Truth {
    guard case .text(let wanted) = beginning else { return .maybe }
    let start = wanted.lowercased()
    switch text {
    case .text(let text): return Truth(text.lowercased().hasPrefix(start))
    case .beginning(let known):
      if known.lowercased().hasPrefix(start) { return .yes }
      return start.hasPrefix(known.lowercased()) ? .maybe : .no
    case .nothing: return Truth(start.isEmpty)
    default: return .maybe
    }
  }

  private static func contains(_ text: Value, _ part: Value) -> Truth {
    guard case .text(let wanted) = part else { return .maybe }
    let part = wanted.lowercased()
    switch text {
    case .text(let text): return Truth(text.lowercased().contains(part))
    case .beginning(let known):
      if known.lowercased().contains(part) { return .yes }
      // A ref is of one kind.
      return part.hasPrefix("refs/") ? begins(text, with: .text(part)) : .maybe
    default: return .maybe
    }
  }
}
