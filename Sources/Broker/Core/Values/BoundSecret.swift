/// A secret and the one origin that it may be sent to.
///
/// ``SecretBindings/bind(_:to:)`` makes one where the secret is made. Identity tokens and credentials that a plug-in makes
/// are bound to no origin, and go nowhere, until the engine binds them.
public struct BoundSecret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
  /// The secret without its binding: for masks and redaction; no request takes it.
  public let text: Secret
  /// Where it may be sent; nil for nowhere.
  public let origin: Origin?

  init(_ text: Secret, to origin: Origin?) {
    self.text = text
    self.origin = origin
  }

  /// The text itself, for the request that it is sent with.
  public func reveal() -> String { text.reveal() }

  /// What `change` makes of the text, bound to the same origin: a field's value or a body that holds the secret.
  public func map(_ change: (String) -> String) -> BoundSecret {
    BoundSecret(Secret(change(text.reveal())), to: origin)
  }

  /// `Bearer` and the secret, as the `Authorization` field has it (RFC 6750, section 2.1).
  public var bearer: BoundSecret { map { "Bearer \($0)" } }

  /// A JSON object whose one member is the secret.
  public func json(_ name: String) -> BoundSecret {
    map { "{\(JSONText.quoted(name)):\(JSONText.quoted($0))}" }
  }

  /// Always `[redacted]`.
  public var description: String { text.description }

  /// Always `[redacted]`.
  public var debugDescription: String { description }
}
