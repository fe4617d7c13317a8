import BrokerCore
import Testing

struct TOMLReaderTests {
  /// Text, and the entries as `PATH=VALUE@LINE`.
  @Test(
    "Keys have their tables in front of them, and their lines",
    arguments: [
      ("a = 'x'\n[b.\"c d\"] # e\nf.g = \"h\\u00e9\\n\\\\\"", ["a=x@1", "b.c d.f.g=h\u{E9}\n\\@3"]),
      ("a = [ 'x', # y\n 'z', ]\nb = true\nc = 2026-01-01 # d", ["a=[x,z]@1", "b=true@3", "c=2026-01-01@4"]),
      ("a = { b = 'c', d = { e = false } }", ["a.b=c@1", "a.d.e=false@1"]),
      ("a = [ {b = 'c'}, {d = [1, {e = 2}]} ]\nf = ''", ["a=[]@1", "f=@2"]),
      ("[[bin]]\nname = 'x'\r\n[a]\r\nb = '''\nx\n'y''''\nc = '''z'''", ["bin.name=x@2", "a.b=x\n'y'@4", "a.c=z@7"]),
      ("a = \"\"\"x \\\n   y\"\"\"\nb = \"\"", ["a=x y@1", "b=@3"]),
      ("\u{FEFF}a = 1", ["a=1@1"]), ("a = 1\nb\nc = 2", ["a=1@1"]), ("a = 'x\nb = 2", []), ("a = \"\\q\"", []),
      ("[a\nb = 1", []), ("a = 1 2", ["a=1@1"]), ("a = \"\\ud800\"", []), ("a = \"\\u+123\"", []), ("", []),
      ("a = '''x", []), ("a = [1", []), ("a = {b = 1", ["a.b=1@1"]), ("a.b.", []), ("= 1", []),
    ] as [(String, [String])]) func reads(_ text: String, _ expected: [String])
  {
    func shown(_ value: TOMLReader.Value) -> String {
      switch value {
      case .string(let text), .other(let text): text
      case .array(let values):
        "[\(values.compactMap { if case .string = $0 { shown($0) } else { nil } }.joined(separator: ","))]"
      }
    }
    let entries = TOMLReader.entries(of: text)
    #expect(entries.map { "\($0.path.joined(separator: "."))=\(shown($0.value))@\($0.line)" } == expected)
  }

  @Test(
    "A hostile text ends, and takes neither stack nor memory",
    arguments: [
      "a = \(String(repeating: "[", count: 300_000))", "a = \(String(repeating: "{a=", count: 300_000))",
      "[\(String(repeating: "a.", count: 300_000))a]\nb = 1", "a = \"\(String(repeating: "\\", count: 300_001))",
      String(repeating: "a = 1\n", count: 150_000), String(repeating: "[[a]]\n", count: 150_000),
      "a = \"\"\"\(String(repeating: "\"\" ", count: 300_000))",
      "a = \"\"\"x\(String(repeating: "\"", count: 300_000))",
      "a = [\(String(repeating: "{b=1},", count: 100_000))]",
    ]) func ends(_ text: String)
  {
    let entries = TOMLReader.entries(of: text)
    #expect(entries.allSatisfy { $0.path.count <= TOMLReader.maximumDepth })
  }
}
