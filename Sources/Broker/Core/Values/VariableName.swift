/// What a variable can be called: letters, digits and underscores, no digit first, at most 255 bytes (POSIX.1-2017, XBD 8.1).
public enum VariableName {
  /// Whether a text is such a name.
  public static func isValid(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first), text.utf8.count <= 255 else { return false }
    return text.utf8.allSatisfy {
      (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
    }
  }

  /// The rule in words, behind "Use".
  public static let rule: Message = "letters, digits and underscores, and no digit first"
}
