/// The relying party that an identity token is made out to (RFC 7519, section 4.1.3): `pypi`, `npm:registry.npmjs.org`.
public struct Audience: Sendable, Hashable, ExpressibleByStringLiteral, MessageValue {
  /// The text as it stands in the `aud` claim.
  public let value: String

  /// An audience; nil if the text is empty, longer than 255 bytes, or has a control or format character.
  public init?(_ value: String) {
    guard !value.isEmpty, value.utf8.count <= 255 else { return nil }
    let printable = value.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
      default: true
      }
    }
    guard printable else { return nil }
    self.value = value
  }

  /// Whether two audiences are the same bytes; `String` takes canonically equivalent characters for equal, and a registry
  /// does not.
  public static func == (left: Audience, right: Audience) -> Bool { left.value.utf8.elementsEqual(right.value.utf8) }

  /// Feeds the bytes that ``==(_:_:)`` compares.
  public func hash(into hasher: inout Hasher) {
    for byte in value.utf8 { hasher.combine(byte) }
  }

  /// An audience written in the program.
  public init(stringLiteral text: StaticString) {
    value = "\(text)"
  }

  /// The text in double quotes, neutralised.
  public var description: String { Neutralized.quoted(value, limit: 255).text }
}
