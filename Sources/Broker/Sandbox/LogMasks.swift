/// The texts that a runner hides in a log.
public struct LogMasks: Sendable {
  /// What stands for one of them.
  private let mark: [UInt8]
  private var texts: [[UInt8]] = []

  /// Nothing is hidden yet.
  public init(_ mark: String) {
    self.mark = Array(mark.utf8)
  }

  /// Hides a text from now on; an empty one hides nothing.
  public mutating func hide(_ text: String) {
    let bytes = Array(text.utf8)
    if !bytes.isEmpty, !texts.contains(bytes) { texts.append(bytes) }
  }

  /// A text without what is hidden; texts that overlap or touch have one mark.
  public func applied(to text: String) -> String {
    let bytes = Array(text.utf8)
    var isHidden = [Bool](repeating: false, count: bytes.count)
    var isAny = false
    for hidden in texts where hidden.count <= bytes.count {
      for start in 0...(bytes.count - hidden.count)
      where bytes[start] == hidden[0] && bytes[start...].starts(with: hidden) {
        isAny = true
        for index in start..<(start + hidden.count) { isHidden[index] = true }
      }
    }
    guard isAny else { return text }
    var output: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if !isHidden[index] {
        output.append(byte)
      } else if index == 0 || !isHidden[index - 1] {
        output += mark
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
