import BrokerCore
import TestSupport
import Testing

@testable import BrokerSandbox
@testable import WarehouseSandbox

/// What PyPI's own server software answered to tokens that their holders had narrowed.
struct NarrowedTokenTests {
  /// Adds conditions to a token.
  private static func narrowed(_ token: String, _ conditions: String...) throws -> String {
    let bytes = try #require(Base64URL.decode(token.dropFirst(IssuedToken.beginning.count)))
    var body = Array(bytes.dropLast(35))
    var code = Array(bytes.suffix(32))
    for condition in conditions {
      let text = Array(condition.utf8)
      precondition(text.count < 128)
      body += [2, UInt8(text.count)] + text + [0]
      code = IssuedToken.nextCode(after: code, text)
    }
    return IssuedToken.beginning + Base64URL.encode(body + [0, 6, 32] + code)
  }

  /// Byte for byte what pymacaroons makes, and back.
  @Test func makesTokensAsPymacaroonsDoes() throws {
    for vector in MacaroonVectors.all.accepted {
      let before = IssuedToken.made(
        at: vector.location, identifier: vector.identifier, key: vector.key,
        conditions: vector.conditions)
      #expect(before == IssuedToken.beginning + vector.before.dropFirst(5), "\(vector.name)")
      let token = try #require(IssuedToken(IssuedToken.beginning + vector.after.dropFirst(5)))
      #expect(token.identifier == vector.identifier)
      #expect(token.conditions.map(\.text) == (vector.conditions + vector.added).map { Array($0.utf8) })
      let expected = token.expectedCode(vector.key, over: token.conditions.map(\.text))
      #expect(token.code == expected, "\(vector.name)")
    }
  }

  private static let two = "octo-org/two"

  private func token(_ site: Site) throws -> String { try #require(site.credential(for: site.github(Self.two))) }

  private func expect(_ answer: RawClient.Answer?, _ status: Int, _ reason: String) throws {
    let answer = try #require(answer)
    #expect(answer.status == status && answer.reason == reason, "\(answer.status) \(answer.reason)")
  }

  @Test func issuesMacaroonsWithTheServersConditions() throws {
    let site = try Site()
    let text = try token(site)
    let issued = try #require(IssuedToken(text))
    #expect(text.hasPrefix("pypi-rehearsal-Ag") && text.count <= 400)
    let conditions = issued.conditions.map { String(decoding: $0.text, as: UTF8.self) }
    #expect(conditions.count == 3 && conditions[0].hasPrefix("[4,\"") && conditions[0].hasSuffix("\",null]"))
    #expect(conditions[1].hasPrefix("[2,[\"") && conditions[1].split(separator: ",").count == 3)
    #expect(conditions[2] == "[0,\(site.now.seconds + 900),\(site.now.seconds)]")
  }

  /// The rows of the server that was observed.
  @Test func takesWhatANarrowedTokenIsGoodFor() throws {
    let site = try Site()
    let original = try token(site)
    let narrow = try Self.narrowed(original, #"["rig-one"]"#.tagged(1), "[0,\(site.now.seconds + 120),0]")
    try expect(site.upload("rig-one", file: "rig_one-1.0.tar.gz", token: narrow), 200, "OK")
    try expect(
      site.upload("Rig.Two", file: "rig_two-1.0.tar.gz", token: narrow), 403,
      "Invalid API Token: project-scoped token is not valid for project: 'rig-two'")
    try expect(site.upload("rig-two", file: "rig_two-1.0.tar.gz", token: original), 200, "OK")
    let over = try Self.narrowed(original, "[0,\(site.now.seconds - 5),0]")
    try expect(
      site.upload("rig-one", file: "rig_one-1.1.tar.gz", token: over), 403, "Invalid API Token: token is expired")
  }

  @Test func burnsTheOriginalWithANarrowedToken() throws {
    let site = try Site()
    let original = try token(site)
    let narrow = try Self.narrowed(original, #"["rig-one"]"#.tagged(1))
    #expect(site.post("/_/oidc/burn-token", "{\"token\":\"\(narrow)\"}")?.status == 202)
    let reason =
      "Invalid or non-existent authentication information. See https://127.0.0.1:8180/help/#invalid-auth for more "
      + "information."
    for text in [original, narrow] {
      try expect(site.upload("rig-one", file: "rig_one-1.0.tar.gz", token: text), 403, reason)
    }
  }

  /// A condition that was added, and what the server says of it: its caveats are read by pydantic, and each that is not met
  /// is one more clause.
  @Test(arguments: [
    (#"[1,["rig-one","rig-two"]]"#, nil), (#"[1,["rig-one"],"more"]"#, nil),
    (#"[1,["Rig-One"]]"#, "project-scoped token is not valid for project: 'rig-one'"),
    ("[1,[]]", "project-scoped token is not valid for project: 'rig-one'"),
    (#"[2,["rig-one"]]"#, "project-scoped token is not valid for project: 'rig-one'"),
    ("[1]", "Not enough values"), ("[0,1]", "Not enough values"), (#"[1,"rig-one"]"#, "invalid values for fields"),
    ("[1,[1]]", "invalid values for fields"), (#"[0,"9","0"]"#, "invalid values for fields"),
    ("[0,9999999999.5,0]", "invalid values for fields"), ("[9,1]", "caveat has unknown tag: 9"),
    (#"["x",1]"#, "caveat has unknown tag: x"), ("[]", "caveat array cannot be empty"),
    (#""text""#, "caveat must be an array"), ("7", "caveat must be an array"), ("nothing", "unknown error"),
    ("[0,9999999999,9999999998]", "token is expired"),
    (#"[4,"other",null]"#, "current OIDC publisher does not match publisher restriction in token"),
  ])
  func readsConditionsAsTheServerDoes(_ condition: String, _ error: String?) throws {
    let site = try Site()
    let narrow = try Self.narrowed(try token(site), condition)
    try expect(
      site.upload("rig-one", file: "rig_one-1.0.tar.gz", token: narrow), error == nil ? 200 : 403,
      error.map { "Invalid API Token: \($0)" } ?? "OK")
  }

  /// Nothing can be taken away, moved or changed: the code belongs to all of it.
  @Test("a token with a changed part or code is refused") func checksTheCode() throws {
    let site = try Site()
    let original = try token(site)
    let narrow = try Self.narrowed(original, #"["rig-one"]"#.tagged(1))
    let bytes = try #require(Base64URL.decode(narrow.dropFirst(IssuedToken.beginning.count)))
    let whole = try #require(Base64URL.decode(original.dropFirst(IssuedToken.beginning.count)))
    let widened = Array(whole.dropLast(32)) + Array(bytes.suffix(32))
    var flipped = whole
    flipped[flipped.count - 1] ^= 1
    for changed in [widened, flipped] {
      try expect(
        site.upload(
          "rig-two", file: "rig_two-1.0.tar.gz", token: IssuedToken.beginning + Base64URL.encode(changed)), 403,
        "Invalid API Token: signatures do not match")
    }
    #expect(site.sandbox.uploads.isEmpty)
  }
}

extension String {
  /// A condition with a tag before its value.
  fileprivate func tagged(_ tag: Int) -> String { "[\(tag),\(self)]" }
}
