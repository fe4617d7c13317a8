/// Commands that a GitHub runner reads in the log (docs.github.com, "Workflow commands for GitHub Actions").
enum WorkflowCommand {
  /// `::add-mask::`, which hides a value in everything that follows.
  static func mask(_ value: String) -> String { "::add-mask::\(escaped(value))\n" }

  /// `::error::`, which shows a message on the run's page.
  static func error(title: String, _ message: String) -> String {
    "::error title=\(escapedProperty(title))::\(escaped(message))\n"
  }

  /// Percent first, then the line ends (actions/toolkit, packages/core/src/command.ts).
  private static func escaped(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private static func escapedProperty(_ text: String) -> String {
    escaped(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
