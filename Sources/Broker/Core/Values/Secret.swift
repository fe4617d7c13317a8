/// Text that must not reach a log, an argument list, an error or a file that was not promised.
///
/// Every way of printing a secret gives `[redacted]`. The text leaves through ``reveal()`` alone, so that a search
/// for that name finds every place where it does. The type conforms to no coding protocol.
public struct Secret: Sendable, Hashable, MessageValue, CustomDebugStringConvertible, CustomReflectable {
  private let text: String

  /// Wraps `text`.
  public init(_ text: String) {
    self.text = text
  }

  /// The text itself: for the request or the destination that it was obtained for.
  public func reveal() -> String { text }

  /// The number of bytes of the text in UTF-8.
  public var byteCount: Int { text.utf8.count }

  /// Always `[redacted]`.
  public var description: String { "[redacted]" }

  /// Always `[redacted]`.
  public var debugDescription: String { description }

  /// A mirror without children.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
