/// Why a text is not one that the broker reads, in whichever of its languages.
public struct SyntaxError: Error, Sendable, Equatable {
  /// The languages.
  public enum Language: String, Sendable, MessageValue {
    /// RFC 8259.
    case json = "JSON"
    /// yaml.org, 1.2.2.
    case yaml = "YAML"

    /// The name.
    public var description: String { rawValue }
  }

  /// What the reader stumbled over.
  public enum Reason: Sendable, Equatable {
    /// The text is not of the language; says what was found or expected.
    case syntax(Language, Message)
    /// It is of a kind that no workflow or pipeline needs, or that readers read in different ways.
    case unsupported(Message)
    /// The same name twice in one object.
    case duplicateName(String)
    /// An alias without its anchor before it.
    case unknownAnchor(String)
    /// Deeper than the limit.
    case tooDeep(Int)
    /// Longer than the limit in bytes.
    case tooLarge(Int)
    /// More nodes than the limit, those behind aliases counted each time.
    case tooMany(Int)
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
    case .syntax(let language, let text): "it is not \(language): \(text)"
    case .unsupported(let text): "it has \(text), which is not read here"
    case .duplicateName(let name): "it has the key \(Neutralized.quoted(name)) twice"
    case .unknownAnchor(let name): "the anchor \(Neutralized.quoted(name)) is not defined before this place"
    case .tooDeep(let limit): "it is deeper than \(limit) levels"
    case .tooLarge(let limit): "it is larger than \(limit) bytes"
    case .tooMany(let limit): "it has more than \(limit) values, those behind aliases counted each time"
    case .notUTF8: "it is not UTF-8"
    }
  }
}
