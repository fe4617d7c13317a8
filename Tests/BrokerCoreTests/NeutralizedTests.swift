import BrokerCore
import Testing

struct NeutralizedTests {
  @Test func neutralisesFacts() {
    let fact = BrokerError.Fact("\(Neutralized("::error::a\r\n##[b]_ID_TOKEN"))", "\(Neutralized("::c"))")
    #expect(fact.label == ": :error: :a ## [b]_ID_TOKEN" && fact.value == ": :c")
  }

  /// Whether a runner would read a command in a text: the rules of actions/runner, ActionCommand.cs.
  ///
  /// Lines end at LF or CR; `::name` counts at the start of a line after white space, `##[name` anywhere.
  private func holdsCommand(_ text: String) -> Bool {
    text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.contains { line in
      let line = String(String.UnicodeScalarView(line))
      let start = String(String.UnicodeScalarView(line.unicodeScalars.drop { $0.properties.isWhitespace }))
      return start.hasPrefix("::") || line.contains("##[")
    }
  }

  @Test(arguments: [
    "::error::x", "  ::add-mask::x", "a\r::error::x", "a\n::error::x", "text ##[add-mask]x", "##[error]", "###[group]",
    "\u{85}::error::", "\u{2028}::x::", "#\u{0}#[x", ":\u{200B}:x", "\u{FEFF}::x", ":\r:error::x", "##\r\n[x]",
    "\u{202E}::x", "%0A::set-output", ":::::::", "####[[[[", "\u{1B}[31m::x", "\u{9B}31m", "e\u{301}::x",
  ])
  func holdsNoCommand(_ text: String) {
    for prefix in ["", "message: ", " "] {
      let neutral = Neutralized(prefix + text).text
      #expect(!holdsCommand(neutral), "\(neutral.debugDescription)")
      #expect(!neutral.contains("::") && !neutral.contains("##["))
      let isPrintable = neutral.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
      }
      #expect(isPrintable, "\(neutral.debugDescription)")
    }
  }

  @Test("plain text comes out as it does among text that is looked at sign by sign")
  func treatsPlainTextAlike() {
    let pieces = ["a", " ", "  ", ":", "::", "#", "##", "[", "##[", "]", "\t", "~", "!", "::error::", "word"]
    for first in pieces {
      for second in pieces {
        for third in pieces {
          let text = first + second + third
          // A letter beyond ASCII at the end changes nothing before it.
          #expect(Neutralized("\(text)|").text + "é" == Neutralized("\(text)|é").text, "\(text.debugDescription)")
          #expect(Neutralized("\(text)|", limit: 4).text.unicodeScalars.count <= 4 + 3)
        }
      }
    }
  }

  @Test func judgeKnowsCommands() {
    for text in ["::error::x", "  ::x", "a\r::x", "b ##[x]"] { #expect(holdsCommand(text)) }
  }

  @Test func limitsLength() {
    let long = String(repeating: "a ", count: 1 << 19)
    #expect(Neutralized(long).text.unicodeScalars.count <= Neutralized.defaultLimit + 3)
  }

  @Test func keepsOrdinaryText() {
    let text = "The name 'sample' isn't allowed: see https://pypi.org/help/#project-name (größe 5 %)"
    #expect(Neutralized(text).text == text)
  }
}
