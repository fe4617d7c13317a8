import BrokerCore
import Testing

struct SecretTests {
  private struct Holder { let secret: Secret }

  @Test("no description of a secret shows it") func isNeverShown() {
    let holder = Holder(secret: Secret("pypi-very-secret"))
    var dumped = ""
    dump(holder, to: &dumped)
    let texts = [
      "\(holder.secret)", "\(holder)", String(reflecting: holder), String(describing: Optional(holder.secret)), dumped,
      "\(Mirror(reflecting: holder.secret).children.map { "\($0.value)" })",
    ]
    for text in texts { #expect(!text.contains("very-secret")) }
    #expect(holder.secret.reveal() == "pypi-very-secret")
  }

  @Test func environmentShowsNoVariable() {
    let environment = Environment(["NAME": "very-secret"])
    var dumped = ""
    dump(environment, to: &dumped)
    #expect(!"\(environment)\(String(reflecting: environment))\(dumped)".contains("very-secret"))
  }

  @Test func redactsPiecesOfASecret() {
    let secret = "abcdefghijklmnopqrstuvwxyz"
    let redaction = SecretRedaction(Secret(secret))
    #expect(redaction.apply(to: "you sent \(secret)!") == "you sent [redacted]!")
    #expect(redaction.apply(to: "b'abcdefghijklmnop...nopqrstuvwxyz'") == "b'[redacted]...[redacted]'")
    #expect(redaction.apply(to: "abcdefghijk") == "abcdefghijk")
    #expect(SecretRedaction(Secret("")).apply(to: "x") == "x")
    #expect(SecretRedaction(Secret("short")).apply(to: "a short one") == "a [redacted] one")
  }

  /// A server may echo a secret in base64, at any place of a longer text; a short one is no reason to redact words.
  @Test(arguments: ["", "a", "ab", "abc"]) func redactionKnowsBase64(_ before: String) {
    let secret = "pypi-AgEIcHlwaS5vcmcCJDQ5"
    let encoded = Base64URL.encode(Array("\(before)\(secret)\(before)".utf8))
    let shown = SecretRedaction(Secret(secret)).apply(to: "you sent \(encoded), really")
    #expect(shown.contains("[redacted]") && shown.hasPrefix("you sent ") && shown.hasSuffix(", really"))
    #expect(shown.utf8.count < 60, "\(shown)")
    #expect(SecretRedaction(Secret("ab")).apply(to: "YWI is YW") == "YWI is YW")
  }
}
