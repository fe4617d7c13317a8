/// The forms an `aud` claim takes (RFC 7519, section 4.1.3).
public enum AudienceClaim: Sendable, Equatable, MessageValue {
  /// One string, which is what PyPI accepts.
  case single(String)
  /// A list, which PyPI refuses even with one element.
  case list([String])
  /// None, or neither a string nor a list.
  case missing

  /// In words, neutralised: `"pypi"`, `the list ["pypi"]`, `no audience`.
  public var description: String {
    switch self {
    case .single(let text): Neutralized.quoted(text).text
    case .list(let texts): "the list [\(texts.prefix(8).map { Neutralized.quoted($0) }.joined(separator: ", "))]"
    case .missing: "no audience"
    }
  }
}
