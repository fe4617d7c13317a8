/// A YAML value (yaml.org, 1.2.2) and the place where it begins.
///
/// An alias is the node that its anchor names, with that node's place.
public struct YAMLNode: Sendable {
  /// The kinds of YAML value.
  public enum Value: Sendable {
    /// A text, whatever it stands for.
    case scalar(YAMLScalar)
    /// A list.
    case sequence([YAMLNode])
    /// Keys and values.
    case mapping(YAMLMapping)
  }

  /// The value.
  public let value: Value
  /// Where it begins.
  public let position: SourcePosition
  /// The tag as it was written, such as `!reference`; nil if there is none.
  public let tag: String?
  /// How many nodes it is made of, those behind aliases counted each time.
  let weight: Int
  /// How many levels of lists and mappings it has.
  let height: Int

  init(_ value: Value, at position: SourcePosition, tag: String? = nil) {
    self.value = value
    self.position = position
    self.tag = tag
    let inner: [YAMLNode] =
      switch value {
      case .scalar: []
      case .sequence(let elements): elements
      case .mapping(let mapping): mapping.members.map(\.value)
      }
    weight = inner.reduce(1) { $0 + $1.weight }
    height =
      switch value {
      case .scalar: 0
      default: 1 + (inner.map(\.height).max() ?? 0)
      }
  }

  /// The scalar; nil if the value is of another kind.
  public var scalar: YAMLScalar? {
    if case .scalar(let scalar) = value { scalar } else { nil }
  }

  /// The text of a scalar that is not null; else nil.
  public var text: String? { isNull ? nil : scalar?.text }

  /// The elements; nil if the value is not a list.
  public var sequence: [YAMLNode]? {
    if case .sequence(let elements) = value { elements } else { nil }
  }

  /// The keys and values; nil if the value is of another kind.
  public var mapping: YAMLMapping? {
    if case .mapping(let mapping) = value { mapping } else { nil }
  }

  /// Whether nothing stands there, or a word for nothing (`null`, `~`).
  public var isNull: Bool { tag == nil && scalar?.isNull == true }

  /// The kind in words, with its article.
  public var kind: Message {
    switch value {
    case .scalar: isNull ? "nothing" : "a text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// A YAML text: what it says, and how it was written.
public struct YAMLScalar: Sendable {
  /// How a text was written.
  public enum Style: Sendable {
    /// Without quotes: it may stand for a number, a boolean or nothing.
    case plain
    /// In single or double quotes.
    case quoted
    /// Behind `|`: its lines are the file's.
    case literal
    /// Behind `>`: its lines are joined.
    case folded
  }

  /// The text, unescaped, its lines joined as the style says.
  public let text: String
  /// How it was written.
  public let style: Style
  /// The line of the file that its first line is, from 1.
  public let firstLine: Int

  /// Whether it stands for nothing (yaml.org, 1.2.2, section 10.2).
  public var isNull: Bool { style == .plain && ["", "~", "null", "Null", "NULL"].contains(text) }

  /// The boolean that it stands for (section 10.2); nil for another text.
  ///
  /// Readers of YAML 1.1 take `yes` and `on` as well.
  public var boolean: Bool? {
    guard style == .plain else { return nil }
    return switch text {
    case "true", "True", "TRUE": true
    case "false", "False", "FALSE": false
    default: nil
    }
  }

  /// The line of the file that a line of the text, from 0, stands in: exact for `|`, and the first line for others.
  public func line(of index: Int) -> Int { style == .literal ? firstLine + index : firstLine }
}
