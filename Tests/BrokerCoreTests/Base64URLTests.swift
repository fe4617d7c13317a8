import BrokerCore
import Testing

struct Base64URLTests {
  /// RFC 4648, section 10, without padding.
  @Test(
    "what is written in base64url is read back",
    arguments: [
      ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
      ("foobar", "Zm9vYmFy"),
    ])
  func roundTrip(_ text: String, _ encoded: String) {
    #expect(Base64URL.encode(Array(text.utf8)) == encoded)
    #expect(Base64URL.decode(encoded) == Array(text.utf8))
  }

  @Test func usesTheURLAlphabet() {
    #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
    #expect(Base64URL.decode("+/8") == nil)
    #expect(Base64URL.decode("Zg==") == [0x66])
  }

  @Test("what is no base64url is refused", arguments: ["Z", "Zm9vY", "Zh", "Zm9=", "Z g", "Zg=", "Zm\n9v", "é"])
  func refuses(_ text: String) {
    #expect(Base64URL.decode(text) == nil)
  }
}
