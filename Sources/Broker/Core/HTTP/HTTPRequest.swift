/// A request to be sent.
public struct HTTPRequest: Sendable {
  /// The methods the protocols use.
  public enum Method: String, Sendable {
    /// GET
    case get = "GET"
    /// POST
    case post = "POST"
  }

  /// A header field whose value may be a secret.
  public struct Field: Sendable {
    /// The name.
    public let name: String
    /// The value.
    public let value: Secret

    /// A header field.
    public init(_ name: String, _ value: Secret) {
      self.name = name
      self.value = value
    }
  }

  /// The method.
  public let method: Method
  /// Where it goes.
  public let url: HTTPURL
  /// Header fields beside those that the transport sets itself (host, length, user agent).
  public let fields: [Field]
  /// The body; nil if there is none.
  public let body: Secret?
  /// The greatest length of the answer's body in bytes, after decompression.
  public let bodyLimit: Int
  /// How long the request may run on when its task is cancelled after it may have arrived: where the answer brings something
  /// that has to be undone.
  public let grace: Duration

  /// A request.
  ///
  /// - Parameters:
  ///   - method: The method.
  ///   - url: Where it goes.
  ///   - fields: Header fields.
  ///   - body: The body.
  ///   - bodyLimit: The greatest length of the answer's body in bytes; 64 KiB, what a protocol answer may be.
  ///   - grace: How long it may run on when its task is cancelled after it may have arrived.
  public init(
    _ method: Method, _ url: HTTPURL, fields: [Field] = [], body: Secret? = nil, bodyLimit: Int = 64 * 1024,
    grace: Duration = .zero
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
    self.bodyLimit = bodyLimit
    self.grace = grace
  }

  /// Takes what this request said out of a text that came back: its body, and its fields but for those that name types.
  public var redaction: SecretRedaction {
    let open: Set = ["accept", "content-type"]
    return SecretRedaction(
      fields.filter { !open.contains($0.name.lowercased()) }.map(\.value) + (body.map { [$0] } ?? []))
  }
}
