/// Takes pieces of a secret out of a text that a server sent: it may echo what it was given.
public struct SecretRedaction: Sendable {
  /// The shortest piece that is taken out, in bytes.
  public static let shortestPiece = 12

  private let pieces: Set<ArraySlice<UInt8>>
  private let length: Int

  /// A redaction of one secret; of a shorter one than ``shortestPiece``, of the whole.
  public init(_ secret: Secret) {
    let bytes = Array(secret.reveal().utf8)
    let length = min(Self.shortestPiece, bytes.count)
    self.length = length
    pieces = length == 0 ? [] : Set((0...(bytes.count - length)).map { bytes[$0..<($0 + length)] })
  }

  /// `text` with every piece of the secret replaced by `[redacted]`.
  public func apply(to text: String) -> String {
    let bytes = Array(text.utf8)
    guard !pieces.isEmpty, bytes.count >= length else { return text }
    var isSecret = [Bool](repeating: false, count: bytes.count)
    for start in 0...(bytes.count - length) where pieces.contains(bytes[start..<(start + length)]) {
      for index in start..<(start + length) { isSecret[index] = true }
    }
    guard isSecret.contains(true) else { return text }
    var output: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if !isSecret[index] {
        output.append(byte)
      } else if index == 0 || !isSecret[index - 1] {
        output.append(contentsOf: "[redacted]".utf8)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
