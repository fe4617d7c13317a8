/// The texts that a runner hides in a log.
public struct LogMasks: Sendable {
  /// What stands for one of them.
  private let mark: [UInt8]
  /// The texts, by their first byte: a job may hide thousands.
  private var texts = [[[UInt8]]](repeating: [], count: 256)

  /// Nothing is hidden yet.
  public init(_ mark: String) {
    self.mark = Array(mark.utf8)
  }

  /// Hides a text from now on; an empty one hides nothing.
  public mutating func hide(_ text: String) {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, !texts[Int(first)].contains(bytes) else { return }
    texts[Int(first)].append(bytes)
  }

  /// A text without what is hidden; texts that overlap or touch have one mark.
  public func applied(to text: String) -> String {
    let bytes = Array(text.utf8)
    var output: [UInt8] = []
    /// The bytes that were passed over, and where the hidden part ends.
    var (isHidden, end) = (false, 0)
    for (index, byte) in bytes.enumerated() {
      for hidden in texts[Int(byte)] where index + hidden.count > end && bytes[index...].starts(with: hidden) {
        end = index + hidden.count
      }
      guard index < end else {
        output.append(byte)
        isHidden = false
        continue
      }
      if !isHidden { output += mark }
      isHidden = true
    }
    return String(decoding: output, as: UTF8.self)
  }
}
