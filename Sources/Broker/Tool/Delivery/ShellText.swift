import BrokerCore

/// Text as a POSIX shell reads it.
enum ShellText {
  /// `text` in single quotes (POSIX.1-2024, Shell Command Language, section 2.2.2).
  static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }
}
