/// A request that the sandbox received.
struct ServerRequest: Sendable {
  let method: String
  /// Path and query, as the request line has them.
  let target: String
  let fields: [(name: String, value: String)]
  let body: [UInt8]

  func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }

  var path: String { String(target.prefix { $0 != "?" }) }

  /// The value of a query item, percent-decoded; nil if there is none.
  func queryItem(_ name: String) -> String? {
    guard let question = target.firstIndex(of: "?") else { return nil }
    for item in target[target.index(after: question)...].split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts[0] == name else { continue }
      return parts.count == 2 ? Self.percentDecoded(parts[1]) : ""
    }
    return nil
  }

  /// The address as the client wrote it: host and port.
  var host: String { field("host") ?? "127.0.0.1" }

  var acceptsJSON: Bool { field("accept")?.contains("json") == true }

  private static func percentDecoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == 0x25, rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == 0x2B ? 0x20 : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
