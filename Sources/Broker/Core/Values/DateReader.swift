/// Reads the dates that servers write.
public enum DateReader {
  /// A date of an HTTP field (RFC 9110, section 5.6.7): the preferred form and the two obsolete ones, all in GMT.
  ///
  /// - Returns: The moment; nil if it is none of the three forms or no such day.
  public static func http(_ text: String) -> UnixTime? {
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

  /// A date and time of ISO 8601 in the form of RFC 3339, section 5.6, such as `2026-11-24T10:00:00.25+01:00`.
  ///
  /// - Returns: The moment, without its fraction; nil if it has another form, no zone, or is no such day.
  public static func iso8601(_ text: String) -> UnixTime? {
    guard
      let match = text.wholeMatch(
        of: #/(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:([Zz])|([+-])(\d\d):?(\d\d))/#)
    else { return nil }
    guard let year = Int(match.1), year >= 1, let month = Int(match.2), let day = Int(match.3),
      let hour = Int(match.4), let minute = Int(match.5), let second = Int(match.6),
      let moment = moment(CalendarDay(year: year, month: month, day: day), hour, minute, second)
    else { return nil }
    guard match.7 == nil else { return moment }
    guard let hours = match.9.flatMap({ Int($0) }), let minutes = match.10.flatMap({ Int($0) }), hours < 24,
      minutes < 60
    else { return nil }
    let offset = Int64(hours * 60 + minutes) * 60
    return moment.advanced(by: match.8 == "-" ? offset : -offset)
  }

  /// Seconds since 1970-01-01, as a JSON number or a text of 1 to 12 digits.
  ///
  /// - Returns: The moment; nil if it is negative, has a fraction, or is later than the year 9999.
  public static func unix(_ node: JSONNode) -> UnixTime? {
    let seconds = node.integer ?? node.string.flatMap { number($0, digits: 1...12) }.map(Int64.init)
    guard let seconds, (0...253_402_300_799).contains(seconds) else { return nil }
    return UnixTime(seconds)
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func time(day: String, month: String, year: String, clock: String) -> UnixTime? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { number(String($0), digits: 2...2) }
    guard
      let day = number(day, digits: 1...2), let month = months.firstIndex(of: month), let year = fullYear(year),
      parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2]
    else { return nil }
    return moment(CalendarDay(year: year, month: month + 1, day: day), hour, minute, second)
  }

  private static func moment(_ date: CalendarDay?, _ hour: Int, _ minute: Int, _ second: Int) -> UnixTime? {
    guard let date, hour < 24, minute < 60, second <= 60 else { return nil }
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
