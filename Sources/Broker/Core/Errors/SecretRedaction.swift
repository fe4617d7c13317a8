/// Takes pieces of secrets out of a text that a server sent: it may echo what it was given, as it is or in base64.
public struct SecretRedaction: Sendable {
  /// The shortest piece that is taken out, in bytes.
  public static let shortestPiece = 12

  private let groups: [(length: Int, pieces: Set<ArraySlice<UInt8>>)]

  /// A redaction of secrets; of a shorter one than ``shortestPiece``, of the whole.
  public init(_ secret: Secret) { self.init([secret]) }

  /// A redaction of secrets; of a shorter one than ``shortestPiece``, of the whole.
  ///
  /// - Parameters:
  ///   - secrets: What is looked for as it is and in base64.
  ///   - spelled: What is looked for as it is alone: secrets that are spelled in another way.
  public init(_ secrets: [Secret], spelled: [Secret] = []) {
    func group(_ secret: Secret, _ forms: ([UInt8]) -> [[UInt8]]) -> (length: Int, pieces: Set<ArraySlice<UInt8>>) {
      let bytes = Array(secret.reveal().utf8)
      let length = min(Self.shortestPiece, bytes.count)
      return (length, forms(bytes).reduce(into: []) { $0.formUnion(Self.pieces(of: $1, length)) })
    }
    groups =
      secrets.filter { $0.byteCount > 0 }.map { group($0, Self.forms) }
      + spelled.filter { $0.byteCount > 0 }.map { group($0) { [$0] } }
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
    return Self.replaced(text, bytes, isSecret(bytes))
  }

  /// The same; a piece may have ends of lines, blanks and control characters inside.
  public func apply(acrossBreaks text: String) -> String {
    let bytes = Array(text.utf8)
    let places = bytes.indices.filter { (0x21...0x7E).contains(bytes[$0]) || bytes[$0] >= 0x80 }
    let isPart = isSecret(places.map { bytes[$0] })
    var isSecret = [Bool](repeating: false, count: bytes.count)
    for (index, place) in places.enumerated() where isPart[index] {
      isSecret[place] = true
      guard index > 0, isPart[index - 1] else { continue }
      for between in places[index - 1]..<place { isSecret[between] = true }
    }
    return Self.replaced(text, bytes, isSecret)
  }

  /// Which of the bytes are in a piece of a secret.
  private func isSecret(_ bytes: [UInt8]) -> [Bool] {
    var isSecret = [Bool](repeating: false, count: bytes.count)
    for (length, pieces) in groups where bytes.count >= length {
      for start in 0...(bytes.count - length) where pieces.contains(bytes[start..<(start + length)]) {
        for index in start..<(start + length) { isSecret[index] = true }
      }
    }
    return isSecret
  }

  private static func replaced(_ text: String, _ bytes: [UInt8], _ isSecret: [Bool]) -> String {
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
