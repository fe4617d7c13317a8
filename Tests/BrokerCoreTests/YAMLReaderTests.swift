import Testing

@testable import BrokerCore

@Suite("YAML reader")
struct YAMLReaderTests {
  private func json(_ node: YAMLNode) -> JSONText.Value {
    switch node.value {
    case .scalar(let scalar): .string((node.tag.map { "\($0) " } ?? "") + scalar.text)
    case .sequence(let elements): .array(elements.map(json))
    case .mapping(let mapping): .object(mapping.members.map { ($0.name, json($0.value)) })
    }
  }

  private func read(_ text: String) throws(SyntaxError) -> String {
    JSONText.compact(.array(try YAMLReader().read(Array(text.utf8)).map(json)))
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let text: String
    let value: String
    init(_ text: String, _ value: String) { (self.text, self.value) = (text, value) }
    var testDescription: String { text }
  }

  static let rows = [
    Row("", "[]"),
    Row("# only a comment\n", "[]"),
    Row("a", #"["a"]"#),
    Row("a: b", #"[{"a":"b"}]"#),
    Row("a: b # c\nd: e#f\n", #"[{"a":"b","d":"e#f"}]"#),
    Row("a:\n- b\n- c\nd:\n  - e\n", #"[{"a":["b","c"],"d":["e"]}]"#),
    Row(
      "- a: 1\n  b: 2\n-   c: 3\n    d: 4\n- - x\n  - y\n-\n  z: 5\n",
      #"[[{"a":"1","b":"2"},{"c":"3","d":"4"},["x","y"],{"z":"5"}]]"#),
    Row("a:\nb:\n  c:\n", #"[{"a":"","b":{"c":""}}]"#),
    Row(
      "on: {push: {branches: [main, 'v*']}, x: , \"y\":z}\n",
      #"[{"on":{"push":{"branches":["main","v*"]},"x":"","y":"z"}}]"#),
    Row("a: [\n  b, # one\n  c,\n]\nd: {\n}\n", #"[{"a":["b","c"],"d":{}}]"#),
    Row("a: plain text\n  over lines\n\n  and more\nb: c\n", #"[{"a":"plain text over lines\nand more","b":"c"}]"#),
    Row(
      "a: |\n  one\n   two\n\n  three\n\nb: >\n  one\n  two\n\n  three\n    four\n  five\n",
      #"[{"a":"one\n two\n\nthree\n","b":"one two\nthree\n  four\nfive\n"}]"#),
    Row("a: |-\n  x\nb: |+\n  y\n\nc: >-\n  z\n", #"[{"a":"x","b":"y\n\n","c":"z"}]"#),
    Row("a: |2\n    x\n   y\n", #"[{"a":"  x\n y\n"}]"#),
    Row("- |\n x\n- run: |\n    y\n  id: z\n", #"[["x\n",{"run":"y\n","id":"z"}]]"#),
    Row("a: |\n  # no comment\n  b: c\n# comment\nd: e\n", ##"[{"a":"# no comment\nb: c\n","d":"e"}]"##),
    Row(
      "'id-token': 'write'\n\"a\\tb\": \"\\u00e9\\x41\\\n  c\"\nd: 'it''s\n\n  x'\n",
      #"[{"id-token":"write","a\tb":"éAc","d":"it's\nx"}]"#),
    Row("a: &x {k: v}\nb: *x\nc: [*x, &y z]\nd: *y\n", #"[{"a":{"k":"v"},"b":{"k":"v"},"c":[{"k":"v"},"z"],"d":"z"}]"#),
    Row(".a: &a\n  k: v\nb:\n  <<: *a\n", #"[{".a":{"k":"v"},"b":{"<<":{"k":"v"}}}]"#),
    Row("&a a: &b b\n*a : *b\n", #"[{"a":"b","a":"b"}]"#),
    Row("a: !reference [.b, script]\nc: !x y\nd: !!str 1\n", #"[{"a":[".b","script"],"c":"!x y","d":"!!str 1"}]"#),
    Row("a: &m\n  &k b: c\nd: *m\n", #"[{"a":{"b":"c"},"d":{"b":"c"}}]"#),
    Row("spec:\n  inputs: {}\n---\na: b\n...\n# end\n", #"[{"spec":{"inputs":{}}},{"a":"b"}]"#),
    Row("--- # first\n--- |\n  x\n--- y\n", #"["","x\n","y"]"#),
    Row("%YAML 1.2\n---\na: b\n", #"[{"a":"b"}]"#),
    Row(
      "a: http://x:80/?b#c\nd: a:b\ne: -x\nf: ?x\ng: :x\n",
      ##"[{"a":"http://x:80/?b#c","d":"a:b","e":"-x","f":"?x","g":":x"}]"##),
    Row("a: b\r\nc: |\r\n  x\r\n  y\r\nd: 'e\r\n  f'\r\n", #"[{"a":"b","c":"x\ny\n","d":"e f"}]"#),
    Row("a: b\rc: d\r", #"[{"a":"b","c":"d"}]"#),
    Row("\u{FEFF}a: b\n", #"[{"a":"b"}]"#),
    Row("if: ${{ github.ref == 'refs/tags/v1' }}\n", #"[{"if":"${{ github.ref == 'refs/tags/v1' }}"}]"#),
    Row("a: - b\n", "a list cannot begin here"),
    Row("a: b: c\n", "a mapping cannot begin here, on the line of another key"),
    Row("a: b\n  c: d\n", "a mapping cannot begin here, in a text of several lines"),
    Row("a:\n  b: c\n d: e\n", "this is indented more than the key above"),
    Row("a:\n  b: c\n   d: e\n", "a mapping cannot begin here, in a text of several lines"),
    Row("a: 'b'\n  c: d\n", "this is indented more than the key above"),
    Row("a: b\n\tc: d\n", "a tab, which cannot indent"),
    Row("a:\n\tb: c\n", "a tab, which cannot indent"),
    Row("a: [b\n", "the bracket is not closed"),
    Row("a: 'b\n", "the single quote is not closed"),
    Row("a: \"\\q\"\n", "an unknown escape"),
    Row("a: 'b' c\n", "expected the end of the line"),
    Row("a: {group: ${{ x }}}\n", "expected"),
    Row("a: *b\n", #"the anchor "b" is not defined"#),
    Row("a: &b [*b]\n", #"the anchor "b" is not defined"#),
    Row("a: @b\n", "a character that no value begins with"),
    Row("a: `b`\n", "a character that no value begins with"),
    Row("a\nb: c\n", "a mapping cannot begin here"),
    Row("a: b\n- c\n", "expected a key, found an element of a list"),
    Row("- a\nb: c\n", "this belongs to nothing"),
    Row("a: |x\n  b\n", "expected the end of the line behind | or >"),
    Row("a: |\n     \n  b\n", "an empty line that is indented more"),
    Row("a: b\u{1}\n", "a control character"),
    Row("a: b\u{85}c: d\n", "a line break that is not LF or CRLF"),
    Row("a: b\u{2028}c\n", "a line break that is not LF or CRLF"),
    Row("? a\n: b\n", "a key that is not a text"),
    Row("[a]: b\n", "a key that is not a text"),
    Row("{a: b}: c\n", "a key that is not a text"),
    Row("%TAG ! tag:x,1:\n---\na\n", "a directive"),
    Row("a: &b.c d\n", "an anchor of other characters"),
    Row("a: b\n--- c\nd\n---\n...\ne: f\n", #"[{"a":"b"},"c d","",{"e":"f"}]"#),
  ]

  @Test("texts say what other readers read in them, or why they are refused", arguments: rows)
  func reads(row: Row) {
    do throws(SyntaxError) { #expect(try read(row.text) == row.value) } catch {
      #expect(!row.value.hasPrefix("["), "\(error.position): \(error.summary)")
      #expect(error.summary.text.contains(row.value))
    }
  }

  @Test("nodes, keys and lines of texts have their places")
  func places() throws {
    let text = "# é\njobs:\r\n  \"é\": &a   # x\r\n    run: |\n\n      one\n      two\n  b: *a\n"
    let root = try #require(try YAMLReader().read(Array(text.utf8)).first)
    let jobs = try #require(root.mapping?.member("jobs"))
    #expect(jobs.position == SourcePosition(line: 2, column: 1))
    let first = try #require(jobs.value.mapping?.members.first)
    #expect(first.position == SourcePosition(line: 3, column: 3))
    let run = try #require(first.value.mapping?["run"])
    #expect(run.position == SourcePosition(line: 4, column: 10))
    #expect(run.scalar?.line(of: 2) == 7)
    #expect(jobs.value.mapping?["b"]?.position == first.value.position)
    #expect(throws: SyntaxError(.syntax(.yaml, "a list cannot begin here"), at: SourcePosition(line: 2, column: 4))) {
      try YAMLReader().read(Array("a: b\né: - x".utf8))
    }
  }

  @Test("keys that are written twice are kept, and merged mappings are read in both ways")
  func merging() throws {
    let text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  x: own\n  <<: [*a, *b]\n  z: own\n  z: twice\n"
    let root = try #require(try YAMLReader().read(Array(text.utf8)).first?.mapping)
    let mapping = try #require(root["c"]?.mapping)
    #expect(mapping.repeated.map(\.name) == ["z"] && mapping["z"]?.text == "twice")
    func values(_ merging: YAMLMapping.Merging) -> [String: String] {
      Dictionary(uniqueKeysWithValues: mapping.merged(merging).members.map { ($0.name, $0.value.text ?? "") })
    }
    #expect(values(.ownFirst) == ["x": "own", "y": "2", "z": "twice"])
    // psych 5.2, to_ruby.rb, revive_hash: what is merged later replaces what was there.
    #expect(values(.laterFirst) == ["x": "1", "y": "2", "z": "twice"])
  }

  @Test("length, depth and the work of aliases are limited")
  func limits() {
    func reason(_ text: String, _ reader: YAMLReader = YAMLReader()) -> SyntaxError.Reason? {
      do throws(SyntaxError) {
        _ = try reader.read(Array(text.utf8))
        return nil
      } catch { return error.reason }
    }
    #expect(reason("a: b", YAMLReader(maximumBytes: 3)) == .tooLarge(3))
    #expect(reason(String(repeating: "[", count: 10_000)) == .tooDeep(64))
    #expect(reason(String(repeating: "- ", count: 10_000)) == .tooDeep(64))
    #expect(reason((0..<200).map { String(repeating: " ", count: $0) + "a:\n" }.joined()) == .tooDeep(64))
    var laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<30 {
      let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      laughs += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(reason(laughs) == .tooMany(50_000))
    let deep = (1..<60).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined()
    #expect(reason("a0: &a0 [[[[[[[[]]]]]]]]\n" + deep) == .tooDeep(64))
    #expect(
      (try? YAMLReader().read([0x61, 0xFF])) == nil && (try? YAMLReader().read([0xFE, 0xFF, 0x00, 0x61])) == nil)
  }
}
