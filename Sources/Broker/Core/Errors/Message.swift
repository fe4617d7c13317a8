/// A sentence for people: written in the program, with values in it whose text is ours, or was neutralised.
///
/// A message is written as a string literal. What stands in its interpolations is a number, another message, a
/// ``MessageValue`` or ``Neutralized`` text, never a `String`: whether that is ours cannot be seen.
///
/// ```swift
/// BrokerError(.unreachable, "\(origin) answered \(status): \(Neutralized.quoted(reason)).")
/// ```
public struct Message: MessageValue, Sendable, Hashable, ExpressibleByStringInterpolation {
  /// The sentence.
  public private(set) var text: String

  private init(text: String) { self.text = text }

  /// A message that is written in the program.
  public init(stringLiteral literal: StaticString) { self.init(text: literal.description) }

  /// A message with values in it.
  public init(stringInterpolation interpolation: StringInterpolation) { self = interpolation.message }

  /// A message that is text of others alone.
  public init(_ text: Neutralized) { self.init(text: text.text) }

  /// The sentence.
  public var description: String { text }

  /// Whether nothing is said.
  public var isEmpty: Bool { text.isEmpty }

  /// Whether a text is a part of it.
  public func contains(_ part: some StringProtocol) -> Bool { text.contains(part) }

  /// The message with pieces of its text replaced, or put on other lines, by a function that adds nothing of others.
  package func changed(_ change: (String) -> String) -> Message { Message(text: change(text)) }

  /// This message, in which a value stands for each name in braces (`{registry}`) that there is a value for; names in the
  /// values themselves stay.
  public func filled(_ value: (Substring) -> Message?) -> Message {
    var message: Message = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      message.append(String(rest[..<open]))
      if let value = value(rest[rest.index(after: open)..<close]) {
        message += value
        rest = rest[rest.index(after: close)...]
      } else {
        message.append("{")
        rest = rest[rest.index(after: open)...]
      }
    }
    message.append(String(rest))
    return message
  }

  /// The sentence without its full stop, as a part of another.
  public var clause: Message { text.utf8.last == UInt8(ascii: ".") ? Message(text: String(text.dropLast())) : self }

  /// The two, one behind the other.
  public static func + (left: Message, right: Message) -> Message {
    var message = left
    message.append(right.text)
    return message
  }

  /// Puts another message behind this one.
  public static func += (left: inout Message, right: Message) { left.append(right.text) }

  /// Appends a text that is harmless by itself, so that it is harmless behind this one, too: no `::` or `##[` comes about
  /// where they meet.
  fileprivate mutating func append(_ next: String) {
    switch next.utf8.first {
    case UInt8(ascii: ":") where text.utf8.last == UInt8(ascii: ":"): text += " "
    case UInt8(ascii: "[") where text.utf8.last == UInt8(ascii: "#") && text.utf8.dropLast().last == UInt8(ascii: "#"):
      text += " "
    case UInt8(ascii: "#")
    where text.utf8.last == UInt8(ascii: "#") && next.utf8.dropFirst().first == UInt8(ascii: "["):
      text += " "
    default: break
    }
    text += next
  }

  /// Takes the parts of an interpolated literal.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var message: Message

    /// Room for a message.
    public init(literalCapacity: Int, interpolationCount: Int) {
      message = Message(text: "")
      message.text.reserveCapacity(literalCapacity + interpolationCount * 16)
    }

    /// Appends what is written in the program.
    public mutating func appendLiteral(_ literal: StaticString) { message.append(literal.description) }

    /// Appends another message.
    public mutating func appendInterpolation(_ value: Message) { message.append(value.text) }

    /// Appends text of others that was neutralised.
    public mutating func appendInterpolation(_ value: Neutralized) { message.append(value.text) }

    /// Appends a value whose text is ours.
    public mutating func appendInterpolation(_ value: some MessageValue) { message.append(value.description) }

    /// Appends a number.
    public mutating func appendInterpolation(_ value: some BinaryInteger) { message.append(String(value)) }

    /// Never: whether the text is ours cannot be seen.
    @available(
      *, unavailable,
      message: "text of others goes in as Neutralized(text), and a value whose text is ours conforms to MessageValue"
    )
    public mutating func appendInterpolation(_ value: some StringProtocol) {}
  }
}

/// A value whose `description` may stand in a ``Message`` as it is: a date, a parsed address, a validated name.
///
/// To conform to it is to promise that no text of a server, a file or a variable gets into the description unless it was
/// neutralised, or parsed into characters of which no command and no control sequence can be made.
public protocol MessageValue: CustomStringConvertible {}

extension Sequence where Element: MessageValue {
  /// The values, one behind the other, with a separator between.
  public func joined(separator: Message = "") -> Message {
    var message: Message = ""
    for (index, element) in enumerated() {
      if index > 0 { message += separator }
      message.append(element.description)
    }
    return message
  }
}
