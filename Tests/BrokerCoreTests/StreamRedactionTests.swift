import BrokerCore
import Testing

struct StreamRedactionTests {
  private static let secret = "pypi-AgEIcHlwaS5vcmcCJDk0"
  private static let other = "X190b2tlbl9fOnB5cGk="

  private func redaction() -> StreamRedaction {
    StreamRedaction([Secret(Self.secret), Secret(Self.other), Secret("short")])
  }

  /// The pieces as they arrive, and the text that comes out in all.
  @Test(arguments: [
    ([""], ""), (["nothing here\n"], "nothing here\n"), (["a \(secret) b"], "a [redacted] b"),
    (["\(secret)\(secret)"], "[redacted][redacted]"), (["\(secret)\(other)x"], "[redacted][redacted]x"),
    (["a pypi-AgEIcHlwaS", "5vcmcCJDk0 b"], "a [redacted] b"), (["pypi-AgEIcHlwaS", "!"], "pypi-AgEIcHlwaS!"),
    (["pyp", "i-AgEIcHlwaS5vcmcCJDk0."], "pyp[redacted]."), (["short"], "short"),
    (["pypi-pypi-AgEIcHlwaS5vcmcCJDk0"], "pypi-[redacted]"), (["pypi-AgEIcHlwaS"], "pypi-AgEIcHlwaS"),
  ])
  func takesOutSecrets(_ pieces: [String], _ expected: String) {
    var redaction = redaction()
    var output: [UInt8] = []
    for piece in pieces { output += redaction.apply(Array(piece.utf8)[...]) }
    output += redaction.flush()
    #expect(String(decoding: output, as: UTF8.self) == expected)
    #expect(!redaction.isHoldingBack)
  }

  /// However a text is cut in two, no secret comes out whole and nothing else is changed.
  @Test("a secret that arrives in two pieces is taken out") func isNotFooledByCuts() {
    let text = Array("1\(Self.secret)2\(Self.other)\n\(Self.secret)".utf8)
    for cut in text.indices {
      var redaction = redaction()
      let output = redaction.apply(text[..<cut]) + redaction.apply(text[cut...]) + redaction.flush()
      let shown = String(decoding: output, as: UTF8.self)
      #expect(!shown.contains(Self.secret) && !shown.contains(Self.other), "cut at \(cut): \(shown)")
      #expect(shown.hasPrefix("1") && shown.contains("2") && shown.contains("\n"))
    }
  }

  /// Byte by byte, at most the beginning that is too short to tell comes out.
  @Test func letsOutShortBeginningsAtMost() {
    var redaction = redaction()
    var output: [UInt8] = []
    for byte in "x\(Self.secret)y".utf8 { output += redaction.apply([byte]) }
    #expect(String(decoding: output, as: UTF8.self) == "xpypi-AgEIcH[redacted]y")
  }

  @Test func goesOnAfterItLetWhatItHeldBackGo() {
    var redaction = redaction()
    let text = Array(Self.secret.utf8)
    #expect(redaction.apply(text[..<15]).isEmpty && redaction.isHoldingBack)
    #expect(redaction.flush() == Array(text[..<15]))
    #expect(redaction.apply(text[15...]) == Array("[redacted]".utf8))
  }

  @Test func passesEverythingWithoutSecrets() {
    var redaction = StreamRedaction([])
    let bytes = (0...255).map { UInt8($0) }
    #expect(redaction.apply(bytes[...]) == bytes && redaction.flush().isEmpty)
  }
}
