/// The texts of ``Neutralized`` as strings.
public enum UntrustedText {
  /// The text of `Neutralized(text, limit:)`.
  public static func neutralized(_ text: String, limit: Int = Neutralized.defaultLimit) -> String {
    Neutralized(text, limit: limit).text
  }

  /// The text of `Neutralized.quoted(text, limit:)`.
  public static func quoted(_ text: String, limit: Int = 120) -> String { Neutralized.quoted(text, limit: limit).text }

  /// The text of `Neutralized.quotedName(text)`.
  public static func quotedName(_ text: String) -> String { Neutralized.quotedName(text).text }
}
