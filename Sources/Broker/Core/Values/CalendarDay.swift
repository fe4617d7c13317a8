/// A day of the proleptic Gregorian calendar, as ISO 8601 and HTTP count them.
struct CalendarDay: Sendable, Equatable {
  let year: Int
  /// 1 to 12.
  let month: Int
  /// 1 to 31.
  let day: Int

  /// A day; nil if the month has no such day.
  init?(year: Int, month: Int, day: Int) {
    guard (1...12).contains(month), (1...Self.daysInMonth(month, of: year)).contains(day) else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// The day that is so many days after 1970-01-01; from the year 1 on.
  init(daysSinceEpoch days: Int) {
    // An estimate that is never later than the year, and corrected by the days that it left over.
    var year = max(1, 1970 + (days >= 0 ? days / 366 : days / 365 - 1))
    while Self.daysBefore(year: year + 1) <= days { year += 1 }
    var rest = days - Self.daysBefore(year: year)
    var month = 1
    while rest >= Self.daysInMonth(month, of: year) {
      rest -= Self.daysInMonth(month, of: year)
      month += 1
    }
    (self.year, self.month, day) = (year, month, rest + 1)
  }

  /// Days since 1970-01-01; negative before.
  var daysSinceEpoch: Int {
    Self.daysBefore(year: year) + (1..<month).reduce(0) { $0 + Self.daysInMonth($1, of: year) } + day - 1
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func daysInMonth(_ month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from 1970-01-01 to the first day of `year`, which is 1 or later.
  private static func daysBefore(year: Int) -> Int {
    let past = year - 1
    return (year - 1970) * 365 + (past / 4 - 1969 / 4) - (past / 100 - 1969 / 100) + (past / 400 - 1969 / 400)
  }
}
