public import BrokerCore

/// A claim that the sandbox puts into identity tokens in place of its own.
public struct SandboxClaim: Sendable {
  /// The claim's name.
  public let name: String
  /// Its value; nil to leave the claim out.
  let value: JSONText.Value?

  /// A claim that is a string; nil leaves it out.
  public init(_ name: String, _ text: String?) {
    self.name = name
    value = text.map { .string($0) }
  }

  /// A claim that is `true` or `false`.
  public init(_ name: String, _ flag: Bool) {
    self.name = name
    value = .boolean(flag)
  }

  /// A claim of any kind.
  public init(_ name: String, json value: JSONText.Value) {
    self.name = name
    self.value = value
  }

  /// A claim that is a number.
  public init(_ name: String, _ number: Int64) {
    self.name = name
    value = .integer(number)
  }

  /// A claim that is a list of strings.
  public init(_ name: String, _ texts: [String]) {
    self.name = name
    value = .array(texts.map { .string($0) })
  }

  /// Reads `KEY=VALUE` (a string), `KEY=` (left out), `KEY=[A,B]` (a list) or `KEY=+N`/`KEY=-N` for `exp`, `nbf` and `iat`
  /// (so many seconds from `now`).
  ///
  /// - Throws: `ErrorCode.usage` if there is no `=`.
  public init(parsing text: String, now: UnixTime) throws(BrokerError) {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw BrokerError(
        .usage, "--claim is \(Neutralized.quoted(text)), which has no key and value.",
        remedy: "Write --claim KEY=VALUE.")
    }
    let name = String(text[..<equals])
    let value = String(text[text.index(after: equals)...])
    if value.isEmpty {
      self.init(name, nil as String?)
    } else if value.hasPrefix("["), value.hasSuffix("]") {
      self.init(name, value.dropFirst().dropLast().split(separator: ",").map(String.init))
    } else if ["exp", "nbf", "iat"].contains(name), let number = Int64(value) {
      let isRelative = value.hasPrefix("+") || value.hasPrefix("-")
      self.init(name, isRelative ? now.advanced(by: number).seconds : number)
    } else {
      self.init(name, value)
    }
  }
}
