import BrokerCore

/// An option of a command, as `--help` shows it and the parser reads it.
struct OptionSpec: Sendable {
  /// The name with its hyphens: `--format`.
  let name: String
  /// What its value is called; nil for a switch.
  let value: String?
  /// What it does, in one line.
  @Deferred var summary: String
  /// The values it may have, where these are known beforehand.
  @Deferred var choices: [String]
  /// Whether it may be given more than once.
  let isRepeatable: Bool

  init(
    _ name: String, _ value: String? = nil, _ summary: @autoclosure @escaping @Sendable () -> String,
    choices: @autoclosure @escaping @Sendable () -> [String] = [], isRepeatable: Bool = false
  ) {
    self.name = name
    self.value = value
    _summary = Deferred(wrappedValue: summary())
    _choices = Deferred(wrappedValue: choices())
    self.isRepeatable = isRepeatable
  }

  /// The option as usage shows it: `--format FORMAT`.
  var usage: String { value.map { "\(name) \($0)" } ?? name }

  /// Whether its value is the name of a file.
  var takesFile: Bool { value == "FILE" }

  /// The options of every command that reads the configuration.
  static let configuration =
    [
      OptionSpec("--config", "FILE", "read the repository's configuration from FILE"),
      OptionSpec("--require-org", nil, "fail without an organisation's configuration from outside of the checkout"),
    ] + NamedPrograms.options
}
