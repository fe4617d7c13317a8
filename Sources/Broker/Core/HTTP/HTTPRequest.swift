/// A request to be sent.
public struct HTTPRequest: Sendable {
  /// A method: a token of RFC 9110, section 9.1, with regard to case.
  public struct Method: Sendable, Hashable, MessageValue {
    /// The name as it is sent.
    public let name: String

    /// A method; nil if the name is no token or longer than 32 characters, and for two that are no requests of a plug-in:
    /// `CONNECT` opens a tunnel, and `TRACE` has its fields sent back, which may hold no secret (RFC 9110, section 9.3.8).
    public init?(_ name: String) {
      guard (1...32).contains(name.utf8.count), name.utf8.allSatisfy(Self.isTokenByte) else { return nil }
      guard !["CONNECT", "TRACE"].contains(name.uppercased()) else { return nil }
      self.name = name
    }

    private init(known name: String) { self.name = name }

    /// GET.
    public static let get = Method(known: "GET")
    /// HEAD.
    public static let head = Method(known: "HEAD")
    /// POST.
    public static let post = Method(known: "POST")
    /// PUT.
    public static let put = Method(known: "PUT")
    /// PATCH.
    public static let patch = Method(known: "PATCH")
    /// DELETE.
    public static let delete = Method(known: "DELETE")

    /// Whether a request that arrives twice does no more than one (RFC 9110, section 9.2.1).
    public var isSafe: Bool { ["GET", "HEAD", "OPTIONS"].contains(name) }

    /// The name.
    public var description: String { name }

    /// RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
    }
  }

  /// What a header field or a body says: text that is no secret, or a secret that is bound to the request's origin.
  public enum Content: Sendable, ExpressibleByStringInterpolation {
    /// Text that everybody may see.
    case plain(String)
    /// A secret.
    case bound(BoundSecret)

    /// Text that everybody may see.
    public init(stringLiteral value: String) { self = .plain(value) }

    /// The text itself, for the request that it is sent with.
    public func reveal() -> String {
      switch self {
      case .plain(let text): text
      case .bound(let secret): secret.reveal()
      }
    }

    /// The number of bytes of the text in UTF-8.
    public var byteCount: Int {
      switch self {
      case .plain(let text): text.utf8.count
      case .bound(let secret): secret.text.byteCount
      }
    }

    /// The secret; nil for plain text.
    var secret: BoundSecret? { if case .bound(let secret) = self { secret } else { nil } }
  }

  /// A header field.
  public struct Field: Sendable {
    /// The name.
    public let name: String
    /// The value.
    public let value: Content

    /// A header field whose value everybody may see.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = .plain(value)
    }

    /// A header field whose value is a secret.
    public init(_ name: String, _ value: BoundSecret) {
      self.name = name
      self.value = .bound(value)
    }
  }

  /// The method.
  public let method: Method
  /// Where it goes.
  public let url: HTTPURL
  /// Header fields beside those that the transport sets itself (host, length, user agent).
  public let fields: [Field]
  /// The body; nil if there is none.
  public let body: Content?
  /// The greatest length of the answer's body in bytes, after decompression.
  public let bodyLimit: Int
  /// How long the request may run on when its task is cancelled after it may have arrived: where the answer brings something
  /// that has to be undone.
  public let grace: Duration
  /// The time that it may take, where that is less than the transport gives; nil for as long as that.
  public let limit: Duration?

  /// A request.
  ///
  /// - Parameters:
  ///   - method: The method.
  ///   - url: Where it goes.
  ///   - fields: Header fields.
  ///   - body: The body.
  ///   - bodyLimit: The greatest length of the answer's body in bytes; 64 KiB, what a protocol answer may be.
  ///   - grace: How long it may run on when its task is cancelled after it may have arrived.
  ///   - limit: The time that it may take, where that is less than the transport gives.
  public init(
    _ method: Method, _ url: HTTPURL, fields: [Field] = [], body: Content? = nil, bodyLimit: Int = 64 * 1024,
    grace: Duration = .zero, limit: Duration? = nil
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
    self.bodyLimit = bodyLimit
    self.grace = grace
    self.limit = limit
  }

  /// What the request says beside its address: the fields' values and the body.
  var contents: [Content] { fields.map(\.value) + (body.map { [$0] } ?? []) }

  /// Takes the secrets of this request out of a text that came back.
  public var redaction: SecretRedaction { SecretRedaction(contents.compactMap { $0.secret?.text }) }

  /// Refuses a request that would take a secret to another origin than the one that it is bound to.
  ///
  /// Every transport calls this last, before anything is sent.
  ///
  /// - Throws: ``HTTPFailure`` with the reason ``HTTPFailure/Reason/misdirected``.
  public func checkDestinations() throws(HTTPFailure) {
    for secret in contents.compactMap(\.secret) where secret.origin != url.origin {
      throw .misdirected(
        secret.origin.map { "it has a secret that may go to \($0) alone" } ?? "it has a secret that is bound to no host"
      )
    }
  }
}

extension HTTPFailure {
  /// The failure of a request that breaks the rules for secrets; nothing of it was sent.
  static func misdirected(_ reason: Message) -> HTTPFailure {
    HTTPFailure(.misdirected, detail: reason, arrival: .nothingSent)
  }
}
