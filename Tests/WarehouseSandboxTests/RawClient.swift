import BrokerCore

@testable import BrokerSandbox
@testable import WarehouseSandbox

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A connection to a server on loopback, on which a test sends what it likes.
final class RawClient {
  /// An answer, its head in parts.
  struct Answer {
    let status: Int
    let reason: String
    let fields: [String: String]
    let body: String

    /// The type without parameters.
    var type: String { String((fields["content-type"] ?? "").prefix { $0 != ";" }) }
  }

  private let number: Int32
  private var buffer: [UInt8] = []

  init?(_ origin: Origin) {
    #if canImport(Darwin)
      number = socket(AF_INET, SOCK_STREAM, 0)
    #else
      number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(origin.port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    // The C library reads the address within the call.
    let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe connect(number, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { return nil }
  }

  deinit { close(number) }

  /// Sends a request line, fields and a body with its length.
  func request(
    _ method: String, _ target: String, _ fields: [String] = [], body: [UInt8] = [], isCounted: Bool = true
  ) -> Answer? {
    let length = isCounted && (method == "POST" || !body.isEmpty) ? ["Content-Length: \(body.count)"] : []
    let head = (["\(method) \(target) HTTP/1.1", "Host: 127.0.0.1:8180"] + fields + length).joined(separator: "\r\n")
    send(Array("\(head)\r\n\r\n".utf8) + body)
    return answer(isHead: method == "HEAD")
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// The next answer; nil if the connection ends before it is whole.
  func answer(isHead: Bool = false) -> Answer? {
    let end = Array("\r\n\r\n".utf8)
    while buffer.firstRange(of: end) == nil { guard fill() else { return nil } }
    guard let range = buffer.firstRange(of: end) else { return nil }
    let lines = String(decoding: buffer[..<range.lowerBound], as: UTF8.self).split(separator: "\r\n")
    buffer.removeSubrange(..<range.upperBound)
    let words = lines[0].split(separator: " ", maxSplits: 2)
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      fields[parts[0].lowercased()] = parts[1].drop { $0 == " " }.description
    }
    let length = isHead ? 0 : fields["content-length"].flatMap { Int($0) } ?? 0
    while buffer.count < length { guard fill() else { return nil } }
    let body = String(decoding: buffer[..<length], as: UTF8.self)
    buffer.removeSubrange(..<length)
    return Answer(
      status: Int(words[1]) ?? 0, reason: words.count == 3 ? String(words[2]) : "", fields: fields, body: body)
  }

  /// Everything until the other side ends the connection.
  func rest() -> String {
    while fill() {}
    defer { buffer = [] }
    return String(decoding: buffer, as: UTF8.self)
  }

  private func fill() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 64 * 1024)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, $0.count) }
    guard count > 0 else { return false }
    buffer += bytes[..<count]
    return true
  }
}
