import BrokerCore
import Testing

struct Base64Tests {
  /// RFC 4648, section 10, and the two characters in which the alphabets differ.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"), ("~~~?", "fn5+Pw=="), ("\u{3FF}?", "z78/"),
  ])
  func readsWhatItWrites(_ text: String, _ encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(text.utf8))
  }

  @Test(
    "what is no base64 is refused", arguments: ["Zg", "Zg=", "Zm8", "fn5-Pw==", "Z g=", "Zg==\n", "Zg===", "Zh==", "a"])
  func refuses(_ text: String) {
    #expect(Base64.decode(text) == nil)
  }
}
