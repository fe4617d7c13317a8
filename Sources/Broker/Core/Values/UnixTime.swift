/// A moment in whole seconds since 1970-01-01T00:00:00Z, as JWT claims and PyPI's `expires` count them.
public struct UnixTime: Sendable, Hashable, Comparable, MessageValue {
  /// Seconds since the epoch; leap seconds are not counted.
  public let seconds: Int64

  /// The moment `seconds` after the epoch.
  public init(_ seconds: Int64) {
    self.seconds = seconds
  }

  /// Whether `left` is earlier than `right`.
  public static func < (left: UnixTime, right: UnixTime) -> Bool { left.seconds < right.seconds }

  /// The moment `seconds` later; stays at the largest or smallest value instead of overflowing.
  public func advanced(by seconds: Int64) -> UnixTime {
    let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
    return UnixTime(overflow ? (seconds < 0 ? .min : .max) : sum)
  }

  /// Seconds from `earlier` to this moment; saturates instead of overflowing.
  public func seconds(since earlier: UnixTime) -> Int64 {
    let (difference, overflow) = seconds.subtractingReportingOverflow(earlier.seconds)
    return overflow ? (earlier.seconds < 0 ? .max : .min) : difference
  }

  /// ISO 8601 in UTC, such as `2026-11-24T10:00:00Z`; the bare number where it is outside the years 1 to 9999.
  public var description: String {
    guard (-62_135_596_800...253_402_300_799).contains(seconds) else { return String(seconds) }
    // Division rounds towards zero, and a day before 1970 began earlier.
    let days = Int(seconds - (seconds < 0 ? 86_399 : 0)) / 86_400
    let (date, second) = (CalendarDay(daysSinceEpoch: days), Int(seconds) - days * 86_400)
    func padded(_ number: Int, to digits: Int = 2) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
    return "\(padded(date.year, to: 4))-\(padded(date.month))-\(padded(date.day))"
      + "T\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60))Z"
  }
}
