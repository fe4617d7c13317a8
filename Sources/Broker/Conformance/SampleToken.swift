import BrokerCore

/// Makes identity tokens for tests: well-formed JWTs with a signature that nobody verifies.
public enum SampleToken {
  /// A token with claims given as JSON texts by name.
  ///
  /// - Parameters:
  ///   - audience: The `aud` claim; nil leaves it out.
  ///   - identifier: The `jti` claim.
  ///   - isRehearsal: Whether the header names the sandbox's key.
  ///   - claims: More claims: names, and values as JSON texts.
  /// - Returns: The JWT.
  public static func make(
    audience: String?, identifier: String = "id-1", isRehearsal: Bool = false,
    claims: [(name: String, json: String)] = []
  ) -> String {
    let header = #"{"alg":"RS256","kid":"\#(isRehearsal ? IdentityToken.rehearsalKeyID : "key-1")"}"#
    var members = claims
    if let audience, !claims.contains(where: { $0.name == "aud" }) {
      members.append(("aud", JSONText.quoted(audience)))
    }
    if !claims.contains(where: { $0.name == "jti" }) { members.append(("jti", JSONText.quoted(identifier))) }
    let payload = "{" + members.map { "\(JSONText.quoted($0.name)):\($0.json)" }.joined(separator: ",") + "}"
    return [header, payload, "signature-of-\(identifier)"].map { Base64URL.encode(Array($0.utf8)) }
      .joined(separator: ".")
  }
}
