/// An answer, whole.
public struct HTTPResponse: Sendable {
  /// The status code, 200 to 599.
  public let status: Int
  /// The header fields in the order they came; of a name that came twice, both.
  public let fields: [(name: String, value: String)]
  /// The body, decompressed.
  public let body: [UInt8]
  /// The proxy that is configured for the request, as host and port; nil for none.
  public var proxy: String?

  /// An answer.
  public init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// The first value of a header field; names are compared without regard to case.
  public func field(_ name: String) -> String? {
    let wanted = name.lowercased()
    return fields.first { $0.name.lowercased() == wanted }?.value
  }
}
