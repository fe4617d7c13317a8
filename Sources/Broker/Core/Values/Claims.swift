/// The claims of an identity token (RFC 7519, section 4), not verified: the registry does that.
public struct Claims: Sendable {
  /// The payload.
  public let object: JSONObject

  /// The claims of a payload.
  public init(_ object: JSONObject) {
    self.object = object
  }

  /// A claim as text: a string, a number as written, or `true`/`false`; nil if absent, null, or a list or object.
  public subscript(name: String) -> String? {
    switch object[name]?.value {
    case .string(let text): text
    case .number(let text): text
    case .boolean(let value): value ? "true" : "false"
    default: nil
    }
  }

  /// A time claim in whole seconds, rounded down; nil if absent or not a number.
  public func time(_ name: String) -> UnixTime? {
    guard let node = object[name] else { return nil }
    if let seconds = node.integer { return UnixTime(seconds) }
    guard let seconds = node.double, abs(seconds) < 1e15 else { return nil }
    return UnixTime(Int64(seconds.rounded(.down)))
  }

  /// The `aud` claim.
  public var audience: AudienceClaim {
    guard let node = object["aud"] else { return .missing }
    if let text = node.string { return .single(text) }
    guard let elements = node.array else { return .missing }
    return .list(elements.compactMap(\.string))
  }
}
