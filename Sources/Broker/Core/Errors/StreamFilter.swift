/// A filter for a stream of bytes, which remembers the bytes before.
public protocol StreamFilter: Sendable {
  /// Whether something is held back that has to go out soon if nothing more arrives.
  var isHoldingBack: Bool { get }

  /// The bytes that may go out after `bytes` have arrived.
  mutating func apply(_ bytes: ArraySlice<UInt8>) -> [UInt8]

  /// What was held back, when nothing more arrives.
  mutating func flush() -> [UInt8]
}
