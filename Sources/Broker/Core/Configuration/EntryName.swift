/// Names of providers, registries and routes.
package enum EntryName {
  /// The rule in words.
  package static let rule: Message = "a lower-case letter, then up to 31 lower-case letters, digits or hyphens"

  /// Whether `text` matches `[a-z][a-z0-9-]{0,31}`.
  package static func isValid(_ text: String) -> Bool {
    guard let first = text.utf8.first, (0x61...0x7A).contains(first), text.utf8.count <= 32 else { return false }
    return text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }
}
