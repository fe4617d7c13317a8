/// Dates in HTTP fields (RFC 9110, section 5.6.7): the preferred form and the two obsolete ones, all in GMT.
enum HTTPDate {
  /// Reads a date; nil if it is none of the three forms or no such day.
  static func read(_ text: String) -> UnixTime? {
    let words = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
    switch words.count {
    // Sun, 06 Nov 1994 08:49:37 GMT; Sunday, 06-Nov-94 08:49:37 GMT
    case 6 where words[5] == "GMT":
      return time(day: words[1], month: words[2], year: words[3], clock: words[4])
    // Sun Nov  6 08:49:37 1994
    case 5:
      return time(day: words[2], month: words[1], year: words[4], clock: words[3])
    default:
      return nil
    }
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func time(day: String, month: String, year: String, clock: String) -> UnixTime? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { number(String($0), digits: 2...2) }
    guard
      let day = number(day, digits: 1...2), let month = months.firstIndex(of: month), let year = fullYear(year),
      parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2],
      hour < 24, minute < 60, second <= 60, let date = CalendarDay(year: year, month: month + 1, day: day)
    else { return nil }
    return UnixTime(Int64((date.daysSinceEpoch * 24 + hour) * 60 + minute) * 60 + Int64(second))
  }

  private static func number(_ text: String, digits: ClosedRange<Int>) -> Int? {
    guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  /// Four digits, or two: those are of 1970 to 2069.
  private static func fullYear(_ text: String) -> Int? {
    if let year = number(text, digits: 4...4) { return year >= 1970 ? year : nil }
    return number(text, digits: 2...2).map { $0 < 70 ? 2000 + $0 : 1900 + $0 }
  }
}
