import BrokerCore

/// A request that the sandbox received.
public struct ServerRequest: Sendable {
  /// The method.
  public let method: String
  /// Path and query, as the request line has them.
  public let target: String
  /// The header fields.
  public let fields: [(name: String, value: String)]
  /// The body.
  public let body: [UInt8]

  /// A request.
  package init(method: String, target: String, fields: [(name: String, value: String)], body: [UInt8]) {
    self.method = method
    self.target = target
    self.fields = fields
    self.body = body
  }

  /// The value of a field, by its name in lower case; nil if there is none.
  public func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }

  /// The target without the query.
  public var path: String { String(target.prefix { $0 != "?" }) }

  /// The value of a query item, percent-decoded; nil if there is none.
  public func queryItem(_ name: String) -> String? {
    guard let question = target.firstIndex(of: "?") else { return nil }
    for item in target[target.index(after: question)...].split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts[0] == name else { continue }
      return parts.count == 2 ? Self.percentDecoded(parts[1]) : ""
    }
    return nil
  }

  /// The values of a query item, percent-decoded, in their order.
  package func queryItems(_ name: String) -> [String] {
    guard let question = target.firstIndex(of: "?") else { return [] }
    return target[target.index(after: question)...].split(separator: "&").compactMap { item in
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard Self.percentDecoded(parts[0]) == name else { return nil }
      return parts.count == 2 ? Self.percentDecoded(parts[1]) : ""
    }
  }

  /// The address as the client wrote it: host and port.
  public var host: String { field("host") ?? "127.0.0.1" }

  /// Whether JSON is among what the client accepts.
  public var acceptsJSON: Bool { field("accept")?.contains("json") == true }

  /// A text without its percent-encoding; in a form, + is a blank.
  static func percentDecoded(_ text: Substring, isForm: Bool = true) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == 0x25, rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == 0x2B && isForm ? 0x20 : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
