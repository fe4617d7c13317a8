public import BrokerCore

/// What the sandbox answers.
public struct ServerResponse: Sendable {
  /// What is done to the answer on its way.
  enum Damage: Sendable {
    case none
    /// Nothing is sent, the connection stays open.
    case stall
    /// A part of the body is sent, then nothing.
    case stallInBody
    /// One byte of the body at a time.
    case drip
    /// The connection is closed before a byte is sent.
    case hangUp
    /// The connection is closed in the middle of the body.
    case truncate
    /// The connection is closed after bytes that are no HTTP.
    case garbage
  }

  /// The status.
  public var status: Int
  /// The reason phrase.
  public var reason: String
  /// The header fields.
  public var fields: [(String, String)]
  /// The body.
  public var body: [UInt8]
  /// The same answer in other types, for clients that accept one of these.
  public var variants: [(type: String, body: [UInt8])] = []
  var damage = Damage.none

  /// An answer; without a reason phrase it has the usual one.
  public init(_ status: Int, reason: String? = nil, type: String, _ body: [UInt8], fields: [(String, String)] = []) {
    self.status = status
    self.reason = reason ?? Self.reason(of: status)
    self.body = body
    self.fields = [("Content-Type", type)] + fields
  }

  /// An answer in JSON.
  public static func json(_ status: Int, _ value: JSONText.Value) -> ServerResponse {
    ServerResponse(status, type: "application/json", Array(JSONText.compact(value).utf8))
  }

  /// A page.
  public static func html(_ status: Int, _ text: String) -> ServerResponse {
    ServerResponse(status, type: "text/html; charset=UTF-8", Array(text.utf8))
  }

  /// An answer in plain text.
  public static func text(_ status: Int, reason: String? = nil, _ text: String) -> ServerResponse {
    ServerResponse(status, reason: reason, type: "text/plain; charset=UTF-8", Array(text.utf8))
  }

  /// This answer in the variant that a client accepts best, by its field `Accept`; as it is for a client that has no such
  /// field, or accepts none of the variants.
  public func accepted(by field: String?) -> ServerResponse {
    guard let field, let type = AcceptField(field).choose(from: variants.map(\.type)),
      let variant = variants.first(where: { $0.type == type })
    else { return self }
    var response = self
    response.fields = fields.map { $0.0 == "Content-Type" ? ($0.0, variant.type) : $0 }
    response.body = variant.body
    return response
  }

  /// This answer behind a content delivery network, which replaces the phrase by the usual one of the status.
  func behindNetwork() -> ServerResponse {
    var response = self
    response.reason = Self.reason(of: status)
    return response
  }

  static func reason(of status: Int) -> String {
    switch status {
    case 100: "Continue"
    case 200: "OK"
    case 202: "Accepted"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 413: "Content Too Large"
    case 422: "Unprocessable Entity"
    case 425: "Too Early"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    default: "Status \(status)"
    }
  }
}
