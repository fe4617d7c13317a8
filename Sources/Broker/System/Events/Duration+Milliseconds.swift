extension Duration {
  /// Whole milliseconds, rounded up; at least 1.
  package var milliseconds: Int {
    let (seconds, attoseconds) = components
    let millisecond: Int64 = 1_000_000_000_000_000
    // A thousand years is long enough, and far from overflow.
    let bounded = min(max(seconds, 0), 1000 * 366 * 24 * 3600)
    return max(1, Int(bounded) * 1000 + Int((attoseconds + millisecond - 1) / millisecond))
  }
}
