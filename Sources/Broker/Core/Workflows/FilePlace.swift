/// A place in a file of a checkout.
public struct FilePlace: MessageValue, Sendable, Hashable {
  /// The path from the root of the checkout.
  public let path: String
  /// The line, from 1.
  public let line: Int

  /// A place.
  public init(_ path: String, line: Int) {
    self.path = path
    self.line = line
  }

  /// `FILE, line 3`.
  public var description: String { "\(Neutralized(path, limit: 160)), line \(line)" }
}
