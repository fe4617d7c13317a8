import BrokerCore
import TestSupport
import Testing

struct SystemTextTests {
  /// Bytes that have no place in a text, or that stand for the scalars that stand for such bytes.
  private static let cases: [[UInt8]] = [
    [], Array("dist/sample-1.0.whl".utf8), Array("ä€😀".utf8), [0xE4], [0xC3], [0xC3, 0xA4, 0xE4], [0xFF, 0xFE, 0x00],
    [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF4, 0x8F],
    Array("\u{10FE80}\u{10FEFF}\u{10FE7F}\u{10FF00}\u{10FFFF}".utf8), Array("\u{10FEE4}".utf8) + [0xE4],
    Array("e\u{301}\u{E9}\u{212A}=\u{301}".utf8), [0xF0, 0x9F, 0x98], [0x80, 0x41, 0xBF],
    [0xF4, 0x8F, 0xBA, 0x80, 0xE4],
  ]

  private static func random(_ count: UInt64) -> [[UInt8]] {
    // The bytes that decide, more often than others.
    let bytes: [UInt8] = [
      0x41, 0x2F, 0x80, 0x8F, 0xBA, 0xBB, 0xBF, 0xC3, 0xA4, 0xE2, 0xED, 0xA0, 0xF0, 0xF4, 0xF5, 0xFF,
    ]
    return (0..<count).map { number in
      var generator = SeededGenerator(seed: SeededGenerator.seed &+ number)
      return (0..<generator.next() % 13).map { _ in generator.pick(bytes) }
    }
  }

  @Test func givesTheBytesBack() {
    for bytes in Self.cases + Self.random(20_000) {
      #expect(SystemText.bytes(of: SystemText.text(of: bytes)) == bytes, "\(bytes)")
      #expect(SystemText.bytes(of: SystemText.exactText(of: bytes)) == bytes, "\(bytes)")
      #expect(SystemText.exact(SystemText.text(of: bytes)) == SystemText.exactText(of: bytes), "\(bytes)")
    }
  }

  @Test func leavesWhatIsReadableAsItIs() {
    for text in ["", "a", "ä€😀", "e\u{301}"] { #expect(SystemText.text(of: text.utf8) == text) }
  }

  /// Different bytes are different texts: what Swift takes for equal included.
  @Test func tellsApartWhatLooksAlike() {
    for (one, other) in [
      ("\u{E9}", "e\u{301}"), ("K", "\u{212A}"), (";", "\u{37E}"), ("\u{1E9B}\u{323}", "\u{1E9B}\u{323}\u{300}"),
    ] {
      #expect(SystemText.exact(one) != SystemText.exact(other))
      let environment = Environment([SystemText.exact(one): "one", SystemText.exact(other): "other"])
      #expect(environment[one] == "one" && environment[other] == "other" && environment.names.count == 2)
      #expect(environment.merging([one: nil]).names == [SystemText.exact(other)])
    }
    #expect(SystemText.exact("A=\u{301}x").firstIndex(of: "=") != nil)
  }

  @Test("a text of the system is shown as it reads") func isShownAsItReads() {
    #expect(Neutralized(SystemText.exact("ä€.whl")).text == "ä€.whl")
    #expect(Neutralized(SystemText.text(of: [0x61, 0xE4, 0x62])).text == "a\u{FFFD}b")
    #expect(Neutralized(SystemText.exact("\u{202E}::stop\u{85}\n##[x")).text == "\u{FFFD}: :stop ## [x")
  }
}
