extension Message.StringInterpolation {
  /// Appends a text of which nobody has said yet whether it is ours; each place that needs this still has to say.
  public mutating func appendInterpolation(_ value: String) { appendUnjudged(value) }
}
