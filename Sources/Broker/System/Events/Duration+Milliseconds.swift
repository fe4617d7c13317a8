extension Duration {
  /// Whole milliseconds, rounded up; at least 1.
  package var milliseconds: Int {
    let (seconds, attoseconds) = components
    let millisecond: Int64 = 1_000_000_000_000_000
    let (product, overflow) = Int(seconds).multipliedReportingOverflow(by: 1000)
    return overflow ? .max / 2 : max(1, product + Int((attoseconds + millisecond - 1) / millisecond))
  }
}
