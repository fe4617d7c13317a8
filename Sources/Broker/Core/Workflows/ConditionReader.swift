/// Reads a condition that is made of others with `||`, `&&` and brackets, `&&` before `||`, as far as a file tells.
///
/// What stands between these signs is the CI system's own.
public protocol ConditionReader {
  /// A part of the condition.
  associatedtype Token: Equatable
  /// What a part is worth.
  associatedtype Value

  /// The parts.
  var tokens: [Token] { get }
  /// The next part.
  var index: Int { get set }

  /// The part that is a sign.
  static func sign(_ text: String) -> Token
  /// Whether a value holds.
  static func truth(of value: Value) -> Truth
  /// A value of which nothing but its truth is known.
  static func value(of truth: Truth) -> Value
  /// Reads what stands between the signs, brackets with it; nil if it is no condition.
  mutating func comparison(_ depth: Int) -> Value?
}

extension ConditionReader {
  /// How deep brackets and signs may be nested.
  public static var maximumDepth: Int { 32 }

  /// Whether the whole condition holds; one that is not read may hold.
  public mutating func truth() -> Truth {
    guard let value = choice(0), index == tokens.count else { return .maybe }
    return Self.truth(of: value)
  }

  /// Takes a sign if it is the next part.
  public mutating func accept(_ sign: String) -> Bool {
    guard index < tokens.count, tokens[index] == Self.sign(sign) else { return false }
    index += 1
    return true
  }

  /// Reads conditions with `||` in between; nil if they are none, or nested too deep.
  public mutating func choice(_ depth: Int) -> Value? {
    guard depth < Self.maximumDepth, var left = both(depth) else { return nil }
    while accept("||") {
      guard let right = both(depth) else { return nil }
      left = Self.value(of: Self.truth(of: left).or(Self.truth(of: right)))
    }
    return left
  }

  private mutating func both(_ depth: Int) -> Value? {
    guard var left = comparison(depth) else { return nil }
    while accept("&&") {
      guard let right = comparison(depth) else { return nil }
      left = Self.value(of: Self.truth(of: left).and(Self.truth(of: right)))
    }
    return left
  }
}
