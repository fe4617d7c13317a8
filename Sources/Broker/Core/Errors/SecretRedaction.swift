/// Takes pieces of secrets out of a text that a server sent: it may echo what it was given, as it is or in base64.
public struct SecretRedaction: Sendable {
  /// The shortest piece that is taken out, in bytes.
  public static let shortestPiece = 12

  private let groups: [(length: Int, pieces: Set<ArraySlice<UInt8>>)]

  /// A redaction of secrets; of a shorter one than ``shortestPiece``, of the whole.
  public init(_ secret: Secret) { self.init([secret]) }

  /// A redaction of secrets; of a shorter one than ``shortestPiece``, of the whole.
  public init(_ secrets: [Secret]) {
    groups = secrets.map { Array($0.reveal().utf8) }.filter { !$0.isEmpty }.map { bytes in
      let length = min(Self.shortestPiece, bytes.count)
      return (length, Self.forms(of: bytes).reduce(into: []) { $0.formUnion(Self.pieces(of: $1, length)) })
    }
  }

  /// The bytes, and their base64 in both alphabets at each place that they may have in a longer text.
  ///
  /// Not those of a short text: pieces of them are in many words.
  private static func forms(of bytes: [UInt8]) -> [[UInt8]] {
    guard bytes.count >= shortestPiece else { return [bytes] }
    let encoded = (0..<3).map { Array(Base64URL.encode(Array(bytes.dropFirst($0))).utf8) }
    let standard = encoded.map { $0.map { byte in byte == 0x2D ? 0x2B : byte == 0x5F ? 0x2F : byte } }
    return [bytes] + encoded + standard.filter { !encoded.contains($0) }
  }

  /// A message with every piece of a secret replaced by `[redacted]`.
  public func apply(to message: Message) -> Message { message.changed { apply(to: $0) } }

  private static func pieces(of bytes: [UInt8], _ length: Int) -> [ArraySlice<UInt8>] {
    guard bytes.count >= length else { return [] }
    return (0...(bytes.count - length)).map { bytes[$0..<($0 + length)] }
  }

  /// `text` with every piece of a secret replaced by `[redacted]`.
  public func apply(to text: String) -> String {
    let bytes = Array(text.utf8)
    var isSecret = [Bool](repeating: false, count: bytes.count)
    for (length, pieces) in groups where bytes.count >= length {
      for start in 0...(bytes.count - length) where pieces.contains(bytes[start..<(start + length)]) {
        for index in start..<(start + length) { isSecret[index] = true }
      }
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
