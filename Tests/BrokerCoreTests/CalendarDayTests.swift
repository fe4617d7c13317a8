import Testing

@testable import BrokerCore

struct CalendarDayTests {
  /// Counted day by day from 0001-01-01 on, each comes one after the day before, and is found again.
  @Test func everyDayFollowsTheDayBefore() throws {
    var days = -719_162
    for year in 1...2400 {
      for month in 1...12 {
        for day in 1...31 {
          guard let date = CalendarDay(year: year, month: month, day: day) else {
            #expect(day > 28)
            continue
          }
          guard date.daysSinceEpoch == days, CalendarDay(daysSinceEpoch: days) == date else {
            Issue.record("\(date) is not day \(days)")
            return
          }
          days += 1
        }
      }
    }
    #expect(CalendarDay(daysSinceEpoch: days) == CalendarDay(year: 2401, month: 1, day: 1))
  }

  @Test(arguments: [(2024, true), (2025, false), (2000, true), (1900, false), (2100, false)])
  func leapYearsHaveOneDayMore(_ year: Int, _ isLeap: Bool) {
    #expect((CalendarDay(year: year, month: 2, day: 29) != nil) == isLeap)
    #expect(CalendarDay(year: year, month: 2, day: 30) == nil)
  }

  @Test("a month or day out of range is no day", arguments: [(0, 1), (13, 1), (1, 0), (1, 32), (4, 31), (-1, 1)])
  func thereIsNoSuchDay(_ month: Int, _ day: Int) {
    #expect(CalendarDay(year: 2026, month: month, day: day) == nil)
  }
}
