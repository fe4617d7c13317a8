import BrokerCore

/// A command that a GitHub runner reads in the log (docs.github.com, "Workflow commands for GitHub Actions").
///
/// The only lines that go to the log past ``LogGuard``.
struct WorkflowCommand: Sendable {
  /// The line, with its end.
  let line: String

  private init(_ line: String) { self.line = line }

  /// `::add-mask::`, which hides a value in everything that follows.
  static func mask(_ value: Secret) -> WorkflowCommand { WorkflowCommand("::add-mask::\(escaped(value.reveal()))\n") }

  /// `::error::`, which shows a message on the run's page.
  static func error(title: String, _ message: String) -> WorkflowCommand { annotation("error", title, message) }

  /// `::warning::`, which shows a message on the run's page.
  static func warning(title: String = "token-broker", _ message: String) -> WorkflowCommand {
    annotation("warning", title, message)
  }

  private static func annotation(_ name: String, _ title: String, _ message: String) -> WorkflowCommand {
    WorkflowCommand(
      "::\(name) title=\(escapedProperty(LogGuard.harmless(title)))::\(escaped(LogGuard.harmless(message)))\n")
  }

  /// Percent and the line ends (actions/toolkit, packages/core/src/command.ts).
  private static func escaped(_ text: String, and others: [UInt8] = []) -> String {
    func isSpecial(_ byte: UInt8) -> Bool { byte == 0x25 || byte == 0x0D || byte == 0x0A || others.contains(byte) }
    guard text.utf8.contains(where: isSpecial) else { return text }
    var output: [UInt8] = []
    output.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if isSpecial(byte) {
        output.append(contentsOf: "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))".utf8)
      } else {
        output.append(byte)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Colon and comma, too.
  private static func escapedProperty(_ text: String) -> String { escaped(text, and: [0x3A, 0x2C]) }
}
