import BrokerCore
import TestSupport
import Testing

@testable import WarehouseRegistry

struct MacaroonTests {
  private static let vectors = MacaroonVectors.all

  @Test("the vectors of pymacaroons are there") func hasTheVectors() {
    #expect(Self.vectors.accepted.count >= 14 && Self.vectors.refused.count >= 20)
  }

  /// Byte for byte what pymacaroons makes of a token and more conditions.
  @Test func narrowsAsPymacaroonsDoes() throws {
    for vector in Self.vectors.accepted {
      let token = try APIToken(vector.before)
      #expect(token.text == vector.before, "\(vector.name)")
      var macaroon = token.macaroon
      #expect(macaroon.identifier == Array(vector.identifier.utf8) && macaroon.location == Array(vector.location.utf8))
      #expect(macaroon.caveats.map(\.identifier) == vector.conditions.map { Array($0.utf8) }, "\(vector.name)")
      for condition in vector.added { macaroon.add(Array(condition.utf8)) }
      #expect(Base64URL.encode(macaroon.bytes) == vector.after.dropFirst("pypi-".count), "\(vector.name)")
      #expect(try APIToken(vector.after).macaroon == macaroon)
    }
  }

  @Test func leavesOtherFormsAsTheyAre() {
    for (name, token) in Self.vectors.refused {
      #expect(throws: NotNarrowed.self, "\(name)") { try APIToken(token) }
      let narrow = CredentialNarrowing.warehouse(isUsual: true)
      #expect(narrow.reach(Secret(token)) == nil && narrow.tokens(token).allSatisfy { $0.reveal() != token }, "\(name)")
    }
  }

  /// Each single byte that is another one gives no macaroon, or one that is written as it was read.
  @Test func readsNothingElse() throws {
    let bytes = try #require(Base64URL.decode(Self.vectors.accepted[0].before.dropFirst(5)))
    for index in bytes.indices {
      for change in [1, 2, 0x7F, 0x80, 0xFF] as [UInt8] {
        var changed = bytes
        changed[index] ^= change
        if let macaroon = Macaroon(changed) { #expect(macaroon.bytes == changed) }
      }
      #expect(Macaroon(Array(bytes[..<index])) == nil)
    }
  }

  @Test func addsWhatTheServerReads() throws {
    let vector = try #require(Self.vectors.accepted.first { $0.name == "a minted token, two projects and a life" })
    let narrow = CredentialNarrowing.warehouse(isUsual: true)
    let bounds = CredentialBounds(projects: ["octo-sample", "octo-tools"], expires: UnixTime(1_795_471_676))
    #expect(try narrow.apply(Secret(vector.before), bounds).reveal() == vector.after)
    // The sandbox's mark stays before it.
    let rehearsal = "pypi-rehearsal-\(vector.before.dropFirst(5))"
    #expect(
      try narrow.apply(Secret(rehearsal), bounds).reveal() == "pypi-rehearsal-\(vector.after.dropFirst(5))")
  }

  /// The name of a vector, before or after, and what the token says.
  @Test(
    arguments: [
      ("a minted token, one project", false, .numbered(2), 1_795_472_456),
      ("a minted token, one project", true, .named(["octo-sample"]), 1_795_472_456),
      ("a minted token, two projects and a life", true, .named(["octo-sample", "octo-tools"]), 1_795_471_676),
      ("narrowed before", true, .named(["octo-sample"]), 1_795_471_676), ("no caveat", false, .all, nil),
    ] as [(String, Bool, CredentialReach.Projects, Int64?)])
  func saysWhatATokenIsGoodFor(
    _ name: String, _ isAfter: Bool, _ projects: CredentialReach.Projects, _ expires: Int64?
  ) throws {
    let vector = try #require(Self.vectors.accepted.first { $0.name == name })
    let narrow = CredentialNarrowing.warehouse(isUsual: true)
    let token = isAfter ? vector.after : vector.before
    #expect(
      narrow.reach(Secret(token))
        == CredentialReach(projects: projects, expires: expires.map { UnixTime($0) }, maker: Neutralized("pypi.org")))
    #expect(narrow.tokens("TWINE_PASSWORD='\(token)' twine").map { $0.reveal() } == [token])
  }

  /// A key of 20 bytes, of 4, of 131, and what the code is (RFC 4231, test cases 1, 2, 6 and 7).
  @Test("a project that a condition lists twice is said once")
  func saysEachProjectOnce() throws {
    var token = try APIToken(try #require(Self.vectors.accepted.first { $0.name == "no caveat" }).before)
    token.add(CredentialBounds(projects: ["b", "a", "b"], expires: nil))
    #expect(token.reach.projects == .named(["b", "a"]))
    token.add(CredentialBounds(projects: ["b", "b"], expires: nil))
    #expect(token.reach.projects == .named(["b"]))
  }

  @Test(
    "HMAC-SHA256 gives the published codes",
    arguments: [
      (
        [UInt8](repeating: 0x0B, count: 20), "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
      (
        [UInt8](repeating: 0xAA, count: 131),
        "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed "
          + "before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
      ),
    ])
  func codesAsPublished(_ key: [UInt8], _ message: String, _ code: String) {
    let bytes = HMACSHA256.code(of: Array(message.utf8), key: key)
    #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == code)
  }
}
