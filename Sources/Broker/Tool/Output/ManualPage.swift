import BrokerCore

/// The manual page, made from the command table as `--help` is.
enum ManualPage {
  /// The page in roff, for man(1).
  static func text(_ commands: [CommandSpec]) -> String {
    var text = """
      .TH TOKEN\\-BROKER 1 "" "token\\-broker \(roff(TokenBrokerTool.version))" "User Commands"
      .SH NAME
      token\\-broker \\- \(roff(HelpText.purpose))
      .SH SYNOPSIS
      .B token\\-broker
      .I COMMAND
      [OPTIONS] [OPERANDS]
      .SH COMMANDS

      """
    for command in commands { text += section(command) }
    text += ".SH EXIT STATUS\n"
    for status in ExitStatus.allCases { text += item("\\fB\(status.rawValue)\\fR", status.meaning) }
    text += ".SH ENVIRONMENT\n"
    for (name, meaning) in variables { text += item("\\fB\(roff(name))\\fR", meaning) }
    return text
  }

  private static let variables = [
    ("TOKEN_BROKER_CONFIG", "The configuration file, where --config names none."),
    (
      "NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE",
      "Colours: never; always; always, unless NO_COLOR is set. Without them, on a terminal."
    ),
    ("COLUMNS", "The width of the text, in place of the terminal's."),
    ("TOKEN_BROKER_SANDBOX", "The sandbox's address: a rehearsal. Set by token-broker sandbox."),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "Root certificates instead of the system's."),
    ("https_proxy, all_proxy, no_proxy", "The proxy to go through, and the hosts to reach without it."),
  ]

  private static func section(_ spec: CommandSpec) -> String {
    var text = ".SS \"\(roff(spec.usage))\"\n\(roff(HelpText.sentence(spec.summary)))\n"
    for option in spec.options {
      let value = option.value.map { " \\fI\(roff($0))\\fR" } ?? ""
      text += item("\\fB\(roff(option.name))\\fR\(value)", option.summary)
    }
    for note in spec.notes { text += ".PP\n\(roff(note))\n" }
    return text
  }

  private static func item(_ tag: String, _ text: String) -> String { ".TP\n\(tag)\n\(roff(text))\n" }

  /// `text` as roff shows it: a full stop or quote at the start would be a request, a bare hyphen no minus sign.
  private static func roff(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\"", with: "\\(dq")
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&\(escaped)" : escaped
  }
}
