import TestSupport
import Testing

/// Hostile texts, and what a run that met one may have said.
struct HostileLog {
  private let run: BuiltTool.Run

  init(_ run: BuiltTool.Run) { self.run = run }

  /// Texts that a log must not obey; short enough that nothing of them is cut off.
  static let texts: [(name: String, text: String)] = [
    (
      "commands",
      "::error::a\n::set-output name=b::c\r::add-mask::d\r\n ::error::e ##[error]f x##[add-path]g\n\t##[h]i #\u{200B}#[j]k"
    ),
    (
      "escaped, terminal",
      "%0A::error::a%0D%0a::error::b%250A::error::c \u{1B}[31m::error::d\u{1B}]0;x\u{7}\u{9B}31m\u{8}\u{8}::error::e\u{7F}"
    ),
    (
      "line ends, directions",
      "\u{2028}::error::a\u{2029}::error::b\u{85}::error::c\u{B}::error::d\u{C}::error::e\u{202E}::error::f\u{2066}g\u{200F}\u{FEFF}::error::h\u{E0041}"
    ),
    ("almost", ":\u{200B}:error:\u{200B}:a : :error: :b :::error:::c ##\u{FE0F}[d]e :\u{301}:error::f"),
    ("printable", printable),
  ]

  /// What is allowed in most names: whatever the width at which lines are broken, one begins with a command.
  static let printable = "::stop-commands::x ##[error]y ::stop-commands::z ::error::wider ::w::u ##[w]"

  static let longTexts: [(name: String, text: String)] = [
    ("long", String(repeating: "a ", count: 25_000) + "\n::error::b")
  ]

  /// Expects that the run gave no command but masks and annotations of its own, and let no text of others through as it is:
  /// the guard at the end is not what holds it.
  func expectHarmless(_ label: String, sourceLocation: SourceLocation = #_sourceLocation) {
    for text in [run.output, run.error] {
      for command in RunnerJudge.commands(in: text) {
        let isMask = command.name == "add-mask" && command.data.wholeMatch(of: /[A-Za-z0-9+\/=._%-]+/) != nil
        let isAnnotation =
          ["error", "warning"].contains(command.name) && command.properties.hasPrefix("title=token-broker")
          && !command.properties.contains(",") && !command.data.contains("::")
        #expect(isMask || isAnnotation, "\(label): \(command)", sourceLocation: sourceLocation)
      }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let search = ByteSearch(text)
      if search.contains("::") {
        for line in lines where !["::error ", "::warning ", "::add-mask::"].contains(where: line.hasPrefix) {
          #expect(!line.contains("::"), "\(label): \(line)", sourceLocation: sourceLocation)
        }
      }
      #expect(!search.contains("##["), "\(label): \(text)", sourceLocation: sourceLocation)
      let isPlain =
        search.isPlain
        || text.unicodeScalars.allSatisfy { scalar in
          scalar == "\n"
            || ![.control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate]
              .contains(scalar.properties.generalCategory)
        }
      #expect(isPlain, "\(label): \(text.debugDescription)", sourceLocation: sourceLocation)
      #expect(
        lines.allSatisfy { $0.hasPrefix("::add-mask::") || $0.utf8.count < 8192 }, "\(label)",
        sourceLocation: sourceLocation)
    }
    #expect(
      run.error.split(separator: "\n").count { $0.hasPrefix("::error ") } <= 2, "\(label): \(run.error)",
      sourceLocation: sourceLocation)
  }
}
