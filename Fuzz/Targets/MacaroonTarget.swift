/// Macaroons: the input is the bytes of one, or the text of an API token.
enum MacaroonTarget {
  private static let narrowing = CredentialNarrowing.warehouse(isUsual: true)

  static func run(_ bytes: [UInt8]) {
    read(bytes)
    readToken(String(decoding: bytes, as: UTF8.self))
    readToken("pypi-" + Base64URL.encode(bytes))
  }

  /// What was read is written as it was, and only more conditions make it another one.
  private static func read(_ bytes: [UInt8]) {
    guard var macaroon = Macaroon(bytes) else { return }
    require(macaroon.bytes == bytes, "written in another way than it was read")
    let before = macaroon
    macaroon.add(Array("[1,[\"a\"]]".utf8))
    require(macaroon.bytes.starts(with: bytes.dropLast(35)), "what was there has changed")
    guard let again = Macaroon(macaroon.bytes) else { return require(false, "no macaroon any more") }
    require(again == macaroon && again.caveats.dropLast() == before.caveats[...], "other conditions")
    require(again.identifier == before.identifier && again.signature != before.signature, "another one")
  }

  private static func readToken(_ text: String) {
    let secret = Secret(text)
    let bounds = CredentialBounds(projects: ["octo-sample"], expires: UnixTime(1_795_000_000))
    guard let reach = narrowing.reach(secret) else {
      return require((try? narrowing.apply(secret, bounds)) == nil, "narrowed, and cannot be read")
    }
    requirePlain(reach.summary.text)
    if let end = reach.expires { requirePlain("\(end)") }
    if let maker = reach.maker { requirePlain(maker.text) }
    guard let narrowed = try? narrowing.apply(secret, bounds), let less = narrowing.reach(narrowed) else {
      return require(false, "can be read, and is not narrowed")
    }
    guard case .named(let names) = less.projects else { return require(false, "not narrowed to names") }
    require(names.isEmpty || names == ["octo-sample"], "other projects: \(names)")
    if case .named(let before) = reach.projects { require(names.allSatisfy(before.contains), "more than before") }
    require(less.expires.map { $0 <= min(reach.expires ?? $0, UnixTime(1_795_000_000)) } ?? false, "it lives longer")
  }
}
