public import BrokerCore

extension Runner {
  /// The runner of GitHub Actions (docs.github.com, "Workflow commands for GitHub Actions").
  public static let gitHub = {
    var runner = Runner("GitHub Actions", variable: "GITHUB_ACTIONS", value: "true")
    // actions/runner, ActionCommand.cs: the first where a line begins, the older one anywhere.
    runner.marks = [LogMark("::", .lineStart), LogMark("##[", .anywhere)]
    runner.hide = { Secret("::add-mask::\(escaped($0.reveal()))") }
    runner.annotate = { annotation in
      let command =
        switch annotation.level {
        case .error: "error"
        case .warning: "warning"
        }
      return "::\(command) title=\(escapedProperty(annotation.title.text))::\(escaped(annotation.message.text))"
    }
    runner.outputs = StepOutputs(
      "github", variable: "GITHUB_OUTPUT",
      // actions/runner, JobExtension.cs.
      whyEmpty:
        "Hand the API token over within the job that minted it: GitHub gives other jobs an empty text in its place."
    ) { outputs in
      Secret(outputs.map { record($0.name, $0.value.reveal()) }.joined())
    }
    runner.variables = ["GITHUB_*", "ACTIONS_*", "RUNNER_*"]
    runner.summary = "GITHUB_STEP_SUMMARY"
    runner.checkout = "GITHUB_WORKSPACE"
    return runner
  }()

  /// A value between random delimiters that it cannot contain (actions/runner, FileCommandManager.cs).
  private static func record(_ name: String, _ value: String) -> String {
    var generator = SystemRandomNumberGenerator()
    let words = (0..<2).map { _ in String(generator.next() as UInt64, radix: 36) }
    let delimiter = "token_broker_\(words.joined())"
    return "\(name)<<\(delimiter)\n\(value)\n\(delimiter)\n"
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
