/// Takes the secrets of a run out of what a program says.
///
/// Beside the secrets themselves and their base64 (``SecretRedaction``) these are looked for: hexadecimal digits, percent
/// encoding, all of that over breaks of lines and with other white space inside, and backwards. A word of 32 characters and
/// more with a digit in it is taken out whatever it is: a program may say a secret that nobody here knows.
public struct ProgramRedaction: Sendable {
  /// The shortest word that is taken out for its length alone, in characters.
  package static let longWord = 32
  /// The shortest value of a variable that is looked for, in bytes: a shorter one is in many words, and no secret.
  package static let shortestValue = 8
  /// The greatest number of lines of standard error that are shown.
  package static let mostLines = 20
  /// The greatest length of standard error that is shown, in bytes.
  package static let mostBytes = 8 * 1024
  private static let mark = "[redacted]"

  private let redaction: SecretRedaction

  /// A redaction of secrets.
  public init(_ secrets: [Secret]) {
    let long = secrets.filter { $0.byteCount >= Self.shortestValue }
    redaction = SecretRedaction(long, spelled: long.flatMap(Self.spellings))
  }

  private static func spellings(of secret: Secret) -> [Secret] {
    let text = secret.reveal()
    let bytes = Array(text.utf8)
    let hexadecimal = bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.utf8.count == 1 ? "0\(digits)" : digits
    }.joined()
    return Set([hexadecimal, hexadecimal.uppercased(), PercentEncoding.encode(text), String(text.reversed())])
      .subtracting([text]).map(Secret.init)
  }

  /// A text without the secrets.
  public func apply(to text: String) -> String { Self.withoutLongWords(withoutKnown(text)) }

  /// A text without the secrets that are known here: names of files and digests stay.
  package func withoutKnown(_ text: String) -> String { redaction.apply(acrossBreaks: text) }

  /// Whether a secret is in a text.
  package func finds(in text: String) -> Bool { withoutKnown(text) != text }

  /// What is shown of standard error: its last lines.
  public func lines(of bytes: [UInt8]) -> [Message] {
    let text = apply(to: String(decoding: bytes, as: UTF8.self))
    let end = String(decoding: Array(text.utf8).suffix(Self.mostBytes), as: UTF8.self)
    let lines = end.split(whereSeparator: \.isNewline).map { Neutralized($0) }.filter { !$0.text.isEmpty }
    return lines.suffix(Self.mostLines).map { Message($0) }
  }

  private static func withoutLongWords(_ text: String) -> String {
    var output = ""
    var word: [Unicode.Scalar] = []
    func end() {
      let isLong = word.count >= longWord && word.contains { ("0"..."9").contains($0) }
      output += isLong ? mark : String(String.UnicodeScalarView(word))
      word = []
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_", "-", "+", "=", "~": word.append(scalar)
      default:
        end()
        output.unicodeScalars.append(scalar)
      }
    }
    end()
    return output
  }
}
