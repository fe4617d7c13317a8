import BrokerCore
import Testing

struct JSONReaderTests {
  private func read(_ text: String, depth: Int = 16, bytes: Int = 64 * 1024) throws -> JSONNode {
    try JSONReader(maximumBytes: bytes, maximumDepth: depth).read(Array(text.utf8))
  }

  @Test(
    "JSON is read",
    arguments: [
      "{}", "[]", "null", "true", "false", "0", "-0", "1.5e-3", "1E+2", #""""#, #"{"a":{"b":[1,2,{"c":null}]}}"#,
      " \t\r\n{ \"a\" : 1 } \n", #""\u0041\n\/\"\\""#, #""😀""#, #""\uD83D\uDE00""#,
    ])
  func accepts(_ text: String) throws {
    _ = try read(text)
  }

  @Test(
    "what is no JSON is refused",
    arguments: [
      "", " ", "{", "}", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "[1 2]", "01", "1.", ".5", "+1", "1e",
      "--1",
      "NaN", "Infinity", "-Infinity", "tru", "nul", "TRUE", "\"", "\"\\x\"", "\"\\u12\"", "\"\\uD800\"", "\"\\uDC00\"",
      "\"\\uD800\\u0041\"", "\"\u{1}\"", "\"\n\"", "{} {}", "// x\n{}", "\u{FEFF}{}", "[1,,2]", "{\"a\":}",
    ])
  func refuses(_ text: String) {
    #expect(throws: SyntaxError.self) { try read(text) }
  }

  /// Texts, and how they are written: the same when read, and no command wherever their line is broken.
  @Test(arguments: [
    ("a b", #""a b""#), ("a\"\\\n", #""a\"\\\n""#), ("::stop-commands::x", #"":\u003astop-commands:\u003ax""#),
    (":::::", #"":\u003a\u003a\u003a\u003a""#), ("a##[b]", ##""a##\u005bb]""##), ("###[", ####""###\u005b""####),
    ("##é[", ###""##é[""###),
    ("\u{202E}x\u{200B}", #""\u202ex\u200b""#), ("\u{E0041}", #""\udb40\udc41""#), ("😀", #""😀""#),
  ])
  func writesStrings(_ text: String, _ written: String) throws {
    #expect(JSONText.quoted(text) == written)
    #expect(try read(written).string?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
  }

  @Test func decodesStrings() throws {
    #expect(try read(#""A😀\t""#).string == "A😀\t")
    #expect(try read(#""\uD83D\uDE00""#).string == "😀")
  }

  @Test func namesTheDuplicateAndItsPlace() throws {
    let error = #expect(throws: SyntaxError.self) { try read("{\n  \"a\": 1,\n  \"a\": 2\n}") }
    #expect(error?.reason == .duplicateName("a"))
    #expect(error?.position == SourcePosition(line: 3, column: 3))
  }

  @Test func seesThroughEscapesInDuplicateNames() {
    #expect(throws: SyntaxError.self) { try read(#"{"a":1,"\u0061":2}"#) }
  }

  @Test func limitsDepth() throws {
    _ = try read("[[[1]]]", depth: 3)
    let error = #expect(throws: SyntaxError.self) { try read("[[[[1]]]]", depth: 3) }
    #expect(error?.reason == .tooDeep(3))
    #expect(throws: SyntaxError.self) { try read(String(repeating: "[", count: 60_000)) }
  }

  @Test func limitsLength() {
    let error = #expect(throws: SyntaxError.self) { try read("[1,2,3]", bytes: 6) }
    #expect(error?.reason == .tooLarge(6))
  }

  @Test func refusesWhatIsNotUTF8() {
    let error = #expect(throws: SyntaxError.self) { try JSONReader().read([0x22, 0xC0, 0xAF, 0x22]) }
    #expect(error?.reason == .notUTF8)
  }

  @Test func tellsPlaces() throws {
    let object = try #require(try read("{\n  \"ä\": [\n    true ]}").object)
    #expect(object.members[0].position == SourcePosition(line: 2, column: 3))
    #expect(object["ä"]?.position == SourcePosition(line: 2, column: 8))
    #expect(object["ä"]?.array?[0].position == SourcePosition(line: 3, column: 5))
  }

  @Test(arguments: [
    ("{\"é漢😀\": x}", 1, 9), ("[\"😀\",\n \"é\" 1]", 2, 6), ("\"é\\é\"", 1, 5), ("é", 1, 1), ("[\"漢", 1, 4),
    ("\"😀\u{1}\"", 1, 3), ("\u{2028}", 1, 1),
  ])
  func countsScalarsInPlaces(_ text: String, _ line: Int, _ column: Int) {
    let error = #expect(throws: SyntaxError.self) { try read(text) }
    #expect(error?.position == SourcePosition(line: line, column: column))
  }

  @Test(arguments: [
    ("1795472456", 1_795_472_456), ("-5", -5), ("1.0", nil), ("1e3", nil), ("9223372036854775808", nil),
  ])
  func readsIntegers(_ text: String, _ value: Int64?) throws {
    #expect(try read(text).integer == value)
  }

  @Test func writesWhatItReads() throws {
    let text = "a\"\\\n\r\t\u{1}\u{7F}\u{85}\u{2028}é😀"
    #expect(try read(JSONText.quoted(text)).string == text)
    // Each alone, too: text without anything to escape takes a way of its own.
    for scalar in (0...0xFF).compactMap(Unicode.Scalar.init(_:)) + text.unicodeScalars {
      let alone = String(scalar)
      #expect(try read(JSONText.quoted(alone)).string == alone)
      #expect(try read(JSONText.quoted("a\(alone)b")).string == "a\(alone)b")
    }
  }
}
