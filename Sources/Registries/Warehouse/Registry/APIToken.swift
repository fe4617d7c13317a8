import BrokerCore

/// An API token of PyPI's server software: a prefix, and a macaroon in base64url (Warehouse, macaroons/services.py).
struct APIToken {
  fileprivate static let prefix = "pypi-"

  /// What stands before the macaroon.
  private let head: String
  /// The macaroon.
  private(set) var macaroon: Macaroon

  /// Reads a token; throws why it is of another form.
  init(_ text: String) throws(NotNarrowed) {
    guard text.hasPrefix(Self.prefix) else {
      throw NotNarrowed("the API token does not begin with \(Neutralized(Self.prefix))")
    }
    // The sandbox's has its mark in between.
    let mark = String(Credential.rehearsalMark.dropFirst())
    let rest = text.dropFirst(Self.prefix.utf8.count)
    head = rest.hasPrefix(mark) ? Self.prefix + mark : Self.prefix
    let encoded = text.dropFirst(head.utf8.count)
    guard let bytes = Base64URL.decode(encoded), Base64URL.encode(bytes) == encoded else {
      throw NotNarrowed("the API token is not base64url behind \(Neutralized(Self.prefix))")
    }
    guard let macaroon = Macaroon(bytes), macaroon.bytes == bytes else {
      throw NotNarrowed("the API token is not a macaroon of version 2")
    }
    self.macaroon = macaroon
  }

  /// The token as it is written.
  var text: String { head + Base64URL.encode(macaroon.bytes) }

  /// Adds what Warehouse reads (macaroons/caveats): `[1,["name",…]]` for projects and `[0,EXPIRES,NOT-BEFORE]`.
  ///
  /// The server says that a token "is expired" before it is valid, too, so that it is valid from the beginning of time.
  mutating func add(_ bounds: CredentialBounds) {
    if let projects = bounds.projects {
      add(.array([1, .array(projects.map { .string($0) })]))
    }
    if let expires = bounds.expires { add(.array([0, .integer(expires.seconds), 0])) }
  }

  private mutating func add(_ caveat: JSONText.Value) { macaroon.add(Array(JSONText.compact(caveat).utf8)) }

  /// What the token says that it is good for.
  var reach: CredentialReach {
    var names: [String]?
    var count: Int?
    var expires: UnixTime?
    for caveat in macaroon.caveats {
      guard let fields = (try? JSONReader().read(caveat.identifier))?.array, let tag = fields.first?.integer else {
        continue
      }
      switch (tag, fields.dropFirst().first) {
      case (0, let end?):
        if let end = end.integer.map({ UnixTime($0) }) { expires = expires.map { min($0, end) } ?? end }
      case (1, let list?):
        var seen: Set<String> = []
        let listed = (list.array ?? []).compactMap(\.string).filter { seen.insert($0).inserted }
        names = names.map { $0.filter(seen.contains) } ?? listed
      case (2, let list?): count = min(count ?? .max, list.array?.count ?? .max)
      default: break
      }
    }
    return CredentialReach(
      projects: names.map { .named($0) } ?? count.map { .numbered($0) } ?? .all, expires: expires,
      maker: macaroon.location.map { Neutralized(String(decoding: $0, as: UTF8.self), limit: 80) })
  }
}

extension CredentialNarrowing {
  /// How a holder narrows the API tokens of PyPI's server software: nobody else does it yet, and the server checks it.
  static func warehouse(isUsual: Bool) -> CredentialNarrowing {
    CredentialNarrowing(
      isUsual: isUsual,
      apply: { (secret, bounds) throws(NotNarrowed) in
        var token = try APIToken(secret.reveal())
        token.add(bounds)
        return Secret(token.text)
      },
      reach: { try? APIToken($0.reveal()).reach }, tokens: tokens, projectName: { PythonDistributions.normalized($0) })
  }

  /// The words of a text that are API tokens.
  private static func tokens(in text: String) -> [Secret] {
    let isPart = { (byte: UInt8) in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        || byte == 0x5F
    }
    let words = text.utf8.split { !isPart($0) }.filter { $0.starts(with: APIToken.prefix.utf8) }.compactMap {
      String($0)
    }
    return Set(words).sorted().filter { (try? APIToken($0)) != nil }.map { Secret($0) }
  }
}
