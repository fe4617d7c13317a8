/// Text of the operating system: arguments, variables and the names of files, which are bytes and need not be UTF-8.
///
/// Each byte that has no place in a `String` is a scalar of its own, of a private range, so that the bytes come back as they
/// were. A character of that range is given as its bytes, so that no two texts share their bytes. ``Neutralized`` shows
/// what the bytes mean.
public enum SystemText {
  /// What a scalar adds to the byte that it stands for; the bytes are 0x80 to 0xFF.
  private static let base: UInt32 = 0x10FE00

  /// The text that stands for bytes: themselves where they are UTF-8.
  public static func text(of bytes: some Sequence<UInt8>) -> String {
    if let text = ascii(bytes) { return text }
    let bytes = Array(bytes)
    // No scalar of the range is encoded without this byte, and every other text is what it says.
    if !bytes.contains(0xF4), let text = String(validating: bytes, as: UTF8.self) { return text }
    var output = String.UnicodeScalarView()
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var index = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .emptyInput: return String(output)
      case .error(let length):
        output.append(contentsOf: bytes[index..<index + length].map(scalar))
        index += length
      case .valid(let encoded):
        let decoded = UTF8.decode(encoded)
        if byte(decoded) == nil {
          output.append(decoded)
        } else {
          output.append(contentsOf: bytes[index..<index + encoded.count].map(scalar))
        }
        index += encoded.count
      }
    }
  }

  /// The text that is equal to another one only where the bytes are: each byte that is not ASCII is a character of its own.
  ///
  /// Swift compares texts by what they mean: `é` in one scalar equals `é` in two, and the sign of Kelvin equals K.
  public static func exactText(of bytes: some Sequence<UInt8>) -> String {
    if let text = ascii(bytes) { return text }
    var output = String.UnicodeScalarView()
    output.append(contentsOf: bytes.map(scalar))
    return String(output)
  }

  /// The text that is equal to another one only where the bytes are.
  public static func exact(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } ? text : exactText(of: bytes(of: text))
  }

  /// The bytes that a text stands for.
  public static func bytes(of text: String) -> [UInt8] {
    guard text.utf8.contains(0xF4) else { return Array(text.utf8) }
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if let byte = byte(scalar) { bytes.append(byte) } else { bytes += Array(UTF8.encode(scalar) ?? .init()) }
    }
    return bytes
  }

  /// The text as a person reads it: what is UTF-8 as it is, and the replacement character for every other byte.
  static func readable(_ text: String) -> String {
    text.utf8.contains(0xF4) ? String(decoding: bytes(of: text), as: UTF8.self) : text
  }

  /// The text of bytes that are all ASCII and lie side by side, as almost all do; nil for others.
  private static func ascii(_ bytes: some Sequence<UInt8>) -> String? {
    bytes.withContiguousStorageIfAvailable { bytes in
      // The pointer is used while it is valid.
      unsafe bytes.allSatisfy { $0 < 0x80 } ? unsafe String(decoding: bytes, as: UTF8.self) : nil
    } ?? nil
  }

  /// What stands for a byte.
  private static func scalar(_ byte: UInt8) -> Unicode.Scalar {
    byte < 0x80 ? Unicode.Scalar(byte) : Unicode.Scalar(base + UInt32(byte)) ?? "\u{FFFD}"
  }

  /// The byte that a scalar stands for; nil if it stands for itself.
  private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    (base + 0x80...base + 0xFF).contains(scalar.value) ? UInt8(scalar.value - base) : nil
  }
}
