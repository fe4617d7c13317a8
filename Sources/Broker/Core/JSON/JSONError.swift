/// Why a text is not JSON that the broker reads.
public struct JSONError: Error, Sendable, Equatable {
  /// What the reader stumbled over.
  public enum Reason: Sendable, Equatable {
    /// The text is not JSON (RFC 8259); says what was expected.
    case syntax(Message)
    /// The same name twice in one object.
    case duplicateName(String)
    /// Deeper than the limit.
    case tooDeep(Int)
    /// Longer than the limit in bytes.
    case tooLarge(Int)
    /// Not UTF-8.
    case notUTF8
  }

  /// What is wrong.
  public let reason: Reason
  /// Where.
  public let position: SourcePosition

  init(_ reason: Reason, at position: SourcePosition) {
    self.reason = reason
    self.position = position
  }

  /// The reason as a clause that quotes nothing but a neutralised name, such as `it is deeper than 16 levels`.
  public var summary: Message {
    switch reason {
    case .syntax(let expected): "it is not JSON: \(expected)"
    case .duplicateName(let name): "it has the key \(Neutralized.quoted(name)) twice"
    case .tooDeep(let limit): "it is deeper than \(limit) levels"
    case .tooLarge(let limit): "it is larger than \(limit) bytes"
    case .notUTF8: "it is not UTF-8"
    }
  }
}
