import Testing

@testable import BrokerCore

struct ProgramRedactionTests {
  private static let secret = "abc.DEF_gHiJkLmNoPqRsTuVwXyZ"
  private static var hexadecimal: String {
    secret.utf8.map { String($0, radix: 16) }.joined()
  }

  @Test(
    "no spelling of a secret is shown",
    arguments: [
      secret, "x\(secret)y", String(secret.prefix(14)), "abc.DEF_gHiJ\nkLmNoPqR\r\n sTuVwXyZ",
      "abc.D\nEF_gH\niJkLm\nNoPqR",
      Base64.encode(Array(secret.utf8)), Base64.encode(Array("user:\(secret)".utf8)), hexadecimal,
      hexadecimal.uppercased(),
      "61 62 63 2e 44 45 46 5f 67 48 69 4a", "6162 632e\n4445 465f 6748", String(secret.reversed()),
    ])
  func hides(_ text: String) {
    let shown = ProgramRedaction([Secret(Self.secret)]).apply(to: text)
    #expect(shown.contains("[redacted]"), "\(shown)")
    let rest = shown.filter { !$0.isWhitespace }.lowercased()
    for form in [Self.secret, Self.hexadecimal, String(Self.secret.reversed())].map({ $0.lowercased() }) {
      let pieces = (0...(form.count - 10)).map { form.dropFirst($0).prefix(10) }
      #expect(!pieces.contains { rest.contains($0) }, "\(shown)")
    }
  }

  @Test("what nobody knows is not shown either, if it looks like a token; other words are")
  func hidesLongWords() {
    let redaction = ProgramRedaction([])
    #expect(redaction.apply(to: "token pypi-AgEIcHlwaS5vcmcCJDU2ZTY5YjE0 end") == "token [redacted] end")
    #expect(redaction.apply(to: "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.e30.x") == "[redacted].e30.x")
    let plain = "curl: (28) Connection timed out after 10001 milliseconds: https://ci.example/api/v4/jobs/4711"
    #expect(redaction.apply(to: plain) == plain)
  }

  @Test("of standard error the last lines are shown, one by one, without what a runner or a terminal obeys")
  func showsLines() {
    let text = "one\n\u{1B}[31m::add-mask::x\n##[error]y\n\n" + (0..<30).map { "line \($0)\n" }.joined()
    let lines = ProgramRedaction([]).lines(of: Array(text.utf8))
    #expect(lines.count == 20 && lines.last == "line 29")
    let first = ProgramRedaction([]).lines(of: Array(text.utf8.prefix(40)))
    #expect(!first.contains { $0.contains("::") || $0.contains("##[") || $0.contains("\u{1B}") })
    // A secret that is cut where the text is cut is taken out before.
    let long =
      String(repeating: "x ", count: 5000) + "\n" + String(repeating: "y ", count: 4090)
      + "abc.DEF_gHiJkLmNoPqRsTuVwXyZ"
    let shown = ProgramRedaction([Secret(Self.secret)]).lines(of: Array(long.utf8))
    #expect(shown.last?.contains("TuVwXyZ") == false)
  }

  @Test("a short value of a variable is no secret")
  func keepsShortValues() {
    #expect(ProgramRedaction([Secret("true"), Secret("x")]).apply(to: "it is true: x") == "it is true: x")
  }
}
