import BrokerConformance
import BrokerCore
import Testing

struct IdentityTokenTests {
  private static func encode(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }

  private static let header = encode(#"{"alg":"RS256"}"#)

  @Test(
    "what is no JWT of three parts is no identity token",
    arguments: [
      ("", "it is empty"), ("a.b", "2 parts"), ("a.b.c.d", "4 parts"),
      (String(repeating: "a", count: 1 << 20), "longer than 16384 bytes"),
      ("\(header).a+b.c2ln", "payload is not base64url"), ("!.e30.c2ln", "header is not base64url"),
      ("\(header).\(encode("[]")).c2ln", "is an array, not an object"),
      ("\(header).\(encode("{")).c2ln", "it is not JSON"),
      ("\(header).\(encode(#"{"aud":"a","aud":"b"}"#)).c2ln", "twice"),
      ("\(header).e30.+", "signature is not base64url"), ("\(encode("5")).e30.c2ln", "header is a number"),
    ])
  func refuses(_ text: String, _ reason: String) {
    let error = #expect(throws: BrokerError.self) {
      try IdentityToken(Secret(text), from: "The variable PYPI_ID_TOKEN")
    }
    #expect(error?.code == .identityTokenMalformed)
    #expect(error?.message.text.hasPrefix("The variable PYPI_ID_TOKEN ") == true)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test func readsClaims() throws {
    let text = SampleToken.make(
      audience: "pypi", claims: [("exp", "1795472456"), ("nbf", "1795472456.9"), ("flag", "true"), ("list", "[1]")])
    let token = try IdentityToken(Secret(text), from: "It")
    #expect(token.claims.audience == .single("pypi"))
    #expect(token.claims["jti"] == "id-1")
    #expect(token.claims["flag"] == "true")
    #expect(token.claims["list"] == nil)
    #expect(token.claims.time("exp") == UnixTime(1_795_472_456))
    #expect(token.claims.time("nbf") == UnixTime(1_795_472_456))
    #expect(!token.isRehearsal)
    #expect("\(token)".contains(text) == false)
  }

  @Test(arguments: [
    (#"["pypi"]"#, AudienceClaim.list(["pypi"])), ("5", .missing), ("null", .missing), (#""a""#, .single("a")),
  ])
  func readsAudiences(_ json: String, _ claim: AudienceClaim) throws {
    let token = try IdentityToken(Secret(SampleToken.make(audience: nil, claims: [("aud", json)])), from: "It")
    #expect(token.claims.audience == claim)
  }

  @Test func knowsTheSandboxesTokens() throws {
    let token = try IdentityToken(Secret(SampleToken.make(audience: "a", isRehearsal: true)), from: "It")
    #expect(token.isRehearsal)
  }
}
