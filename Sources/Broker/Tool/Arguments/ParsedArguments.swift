import BrokerCore

/// The command line after the command's name, read by its specification.
struct ParsedArguments: Sendable {
  /// What is neither an option nor behind `--`.
  private(set) var operands: [String] = []
  /// What is behind `--`; nil if there is no `--`.
  private(set) var command: [String]?
  private var values: [String: [String]] = [:]

  /// Reads `arguments`.
  ///
  /// - Throws: `ErrorCode.usage` with the nearest option.
  init(_ arguments: [String], for spec: CommandSpec) throws(BrokerError) {
    func wrong(_ message: Message, _ remedy: Message? = nil) -> BrokerError {
      BrokerError(.usage, message, remedy: remedy ?? "See token-broker \(Neutralized(spec.name)) --help.")
    }
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        guard spec.takesCommand else {
          throw wrong("token-broker \(Neutralized(spec.name)) takes no command behind --.")
        }
        // Names of files are compared here, and are another file where any byte is another one.
        command = rest.map(SystemText.exact)
        break
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        operands.append(argument)
        continue
      }
      let equals = argument.firstIndex(of: "=")
      let name = String(argument[..<(equals ?? argument.endIndex)])
      guard let option = spec.options.first(where: { $0.name == name }) else {
        throw wrong(
          "token-broker \(Neutralized(spec.name)) has no option \(Neutralized.quotedName(name)).",
          NearestName.suggestion(for: name, among: spec.options.map(\.name)).map { "Did you mean \(Neutralized($0))?" })
      }
      guard option.isRepeatable || values[name] == nil else { throw wrong("\(Neutralized(name)) is given twice.") }
      if option.value == nil {
        guard equals == nil else { throw wrong("\(Neutralized(name)) takes no value.") }
        values[name, default: []].append("")
      } else if let equals {
        values[name, default: []].append(String(argument[argument.index(after: equals)...]))
      } else if let value = rest.popFirst() {
        values[name, default: []].append(value)
      } else {
        throw wrong("\(Neutralized(name)) needs a value.", "Write \(Neutralized(option.usage)).")
      }
    }
    guard spec.operandCount.contains(operands.count) else {
      throw wrong(
        operands.count < spec.operandCount.lowerBound
          ? "token-broker \(Neutralized(spec.name)) needs \(Neutralized(spec.operands)): nothing is named."
          : "token-broker \(Neutralized(spec.name)) does not take \(Neutralized.quotedName(operands[spec.operandCount.upperBound])).",
        "Usage: \(Neutralized(spec.usage))")
    }
  }

  /// Whether a switch is given.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// The value of an option; nil if it is not given.
  func value(_ name: String) -> String? { values[name]?.last }

  /// All values of a repeatable option.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// A number of seconds from 1 to 3600.
  ///
  /// - Throws: `ErrorCode.usage` if the value is none.
  func seconds(_ name: String) throws(BrokerError) -> Duration? {
    guard let text = value(name) else { return nil }
    guard let seconds = Int(text), (1...3600).contains(seconds) else {
      throw BrokerError(
        .usage, "\(Neutralized(name)) is \(Neutralized.quoted(text)), not a number of seconds.",
        remedy: "Write 1 to 3600.")
    }
    return .seconds(seconds)
  }
}
