/// A JWT that says who the job is (RFC 7519), decoded but not verified: the registry does that.
public struct IdentityToken: Sendable {
  /// The token's text, for masks and redaction; a request takes ``bound``.
  public let secret: Secret
  /// What it claims.
  public let claims: Claims
  /// Whether its header names the sandbox's key (`"kid":"token-broker-sandbox"`).
  public let isRehearsal: Bool
  /// Its SHA-256, by which a run knows it again.
  let digest: String
  /// Where it may be sent; nil for nowhere, until the engine binds it.
  public private(set) var origin: Origin?

  /// The greatest length in bytes.
  public static let maximumBytes = 16 * 1024
  /// The key id that marks tokens of the sandbox.
  public static let rehearsalKeyID = "token-broker-sandbox"

  /// Decodes a token.
  ///
  /// - Parameters:
  ///   - secret: The token.
  ///   - source: Where it came from, for messages: `The variable PYPI_ID_TOKEN`.
  /// - Throws: ``ErrorCode/identityTokenMalformed`` if it is not three base64url parts of which the first two are JSON
  ///   objects, or is longer than 16 KiB (RFC 7515, section 7.1).
  public init(_ secret: Secret, from source: Message) throws(BrokerError) {
    func malformed(_ reason: Message) -> BrokerError {
      BrokerError(
        .identityTokenMalformed, "\(source) does not hold an identity token: \(reason).",
        remedy: "Make sure that it is the JWT itself, whole and without anything around it.")
    }
    let text = secret.reveal()
    guard !text.isEmpty else { throw malformed("it is empty") }
    guard text.utf8.count <= Self.maximumBytes else {
      throw malformed("it is longer than \(Self.maximumBytes) bytes")
    }
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Substring.init)
    guard parts.count == 3 else {
      throw malformed("it has \(parts.count) part\(parts.count == 1 ? "" : "s") where a JWT has 3")
    }
    func object(_ part: Substring, _ name: Message) throws(BrokerError) -> JSONObject {
      guard let bytes = Base64URL.decode(part) else { throw malformed("its \(name) is not base64url") }
      let node: JSONNode
      do { node = try JSONReader(maximumBytes: Self.maximumBytes).read(bytes) } catch {
        throw malformed("its \(name) is not readable, \(error.summary)")
      }
      guard let object = node.object else { throw malformed("its \(name) is \(node.kind), not an object") }
      return object
    }
    let header = try object(parts[0], "header")
    guard Base64URL.decode(parts[2]) != nil else { throw malformed("its signature is not base64url") }
    self.secret = secret
    self.digest = SHA256.hexadecimal(of: text.utf8)
    self.claims = Claims(try object(parts[1], "payload"))
    self.isRehearsal = header["kid"]?.string == Self.rehearsalKeyID
  }

  /// Whether it has an id (`jti`), by which a registry knows one that it has exchanged before.
  ///
  /// One without can be exchanged again until it expires, by whoever has it.
  public var hasIdentifier: Bool { claims["jti"] != nil }

  /// The token for a request to ``origin``.
  public var bound: BoundSecret { BoundSecret(secret, to: origin) }

  /// The same token, which may be sent to an origin.
  public func bound(to origin: Origin, in bindings: SecretBindings) -> IdentityToken {
    var token = self
    token.origin = bindings.bind(secret, to: origin).origin
    return token
  }
}
