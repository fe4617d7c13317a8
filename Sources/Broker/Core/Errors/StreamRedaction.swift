/// Takes secrets out of a stream of bytes: a value that remembers what it has seen.
///
/// A secret that is wrapped or coloured inside is not found. What may be the beginning of a secret is held back, if it is
/// long enough to tell, until more arrives or ``flush()`` is called; what went out before that is not taken back, but the
/// rest of the secret is.
public struct StreamRedaction: StreamFilter {
  /// The shortest beginning of a secret that is held back, in bytes.
  public static let shortestBeginning = 12

  private static let mark = Array("[redacted]".utf8)

  private let secrets: [[UInt8]]
  private let longest: Int
  /// Whether a secret begins with a byte.
  private let isFirst: [Bool]
  /// What went out last, less than a secret, and after it what is held back.
  private var recent: [UInt8] = []
  private var heldBack = 0

  /// A redaction of secrets; one that is shorter than ``shortestBeginning`` is not looked for.
  public init(_ secrets: [Secret]) {
    self.secrets = secrets.map { Array($0.reveal().utf8) }.filter { $0.count >= Self.shortestBeginning }
    longest = self.secrets.map(\.count).max() ?? 0
    var isFirst = [Bool](repeating: false, count: 256)
    for secret in self.secrets { isFirst[Int(secret[0])] = true }
    self.isFirst = isFirst
  }

  /// Whether something is held back.
  public var isHoldingBack: Bool { heldBack > 0 }

  /// The bytes that may go out after `bytes` have arrived.
  public mutating func apply(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    guard longest > 0 else { return Array(bytes) }
    let sent = recent.count - heldBack
    recent += bytes
    var output: [UInt8] = []
    var next = sent
    for match in matches() {
      // A match that began in what went out already is cut off where it is.
      if match.lowerBound > next { output += recent[next..<match.lowerBound] }
      if match.upperBound > next {
        output += Self.mark
        next = match.upperBound
      }
    }
    heldBack = min(recent.count - next, beginning())
    output += recent[next..<(recent.count - heldBack)]
    let kept = max(heldBack, longest - 1)
    if recent.count > kept { recent.removeFirst(recent.count - kept) }
    return output
  }

  /// What is held back: it goes out as it is.
  public mutating func flush() -> [UInt8] {
    defer { heldBack = 0 }
    return Array(recent.suffix(heldBack))
  }

  /// Where secrets are, in order.
  private func matches() -> [Range<Int>] {
    var found: [Range<Int>] = []
    var index = 0
    while index < recent.count {
      guard isFirst[Int(recent[index])] else {
        index += 1
        continue
      }
      let rest = recent[index...]
      if let secret = secrets.filter({ rest.starts(with: $0) }).max(by: { $0.count < $1.count }) {
        found.append(index..<(index + secret.count))
        index += secret.count
      } else {
        index += 1
      }
    }
    return found
  }

  /// The length of the longest end of what has arrived that is a proper beginning of a secret; 0 if it is too short.
  private func beginning() -> Int {
    let limit = min(recent.count, longest - 1)
    guard limit >= Self.shortestBeginning else { return 0 }
    for length in stride(from: limit, through: Self.shortestBeginning, by: -1) {
      let end = recent[(recent.count - length)...]
      if secrets.contains(where: { $0.count > length && $0.starts(with: end) }) { return length }
    }
    return 0
  }
}
