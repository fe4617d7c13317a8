import BrokerCore

/// HMAC with SHA-256 (RFC 2104).
enum HMACSHA256 {
  private static let blockLength = 64

  /// The code of a message under a key: 32 bytes.
  static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    let short = key.count > blockLength ? digest(key) : key
    let block = short + [UInt8](repeating: 0, count: blockLength - short.count)
    return digest(block.map { $0 ^ 0x5C } + digest(block.map { $0 ^ 0x36 } + message))
  }

  private static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.bytes
  }
}
