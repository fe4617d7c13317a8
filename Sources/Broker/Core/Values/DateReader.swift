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
    guard let date = numbers(text.prefix(10), digits: [4, 2, 2], separator: "-"), date[0] >= 1,
      let mark = text.dropFirst(10).first, "Tt ".contains(mark),
      let clock = numbers(text.dropFirst(11).prefix(8), digits: [2, 2, 2], separator: ":"),
      let moment = moment(CalendarDay(year: date[0], month: date[1], day: date[2]), clock[0], clock[1], clock[2])
    else { return nil }
    var zone = text.dropFirst(19)
    if zone.first == "." {
      let fraction = zone.dropFirst().prefix { $0.isASCII && $0.isNumber }
      guard (1...9).contains(fraction.count) else { return nil }
      zone = zone.dropFirst(1 + fraction.count)
    }
    if zone == "Z" || zone == "z" { return moment }
    guard let sign = zone.first, "+-".contains(sign) else { return nil }
    let offset = zone.dropFirst()
    guard
      let time = numbers(offset, digits: [2, 2], separator: ":")
        ?? number(String(offset), digits: 4...4).map({ [$0 / 100, $0 % 100] }), time[0] < 24, time[1] < 60
    else { return nil }
    let seconds = Int64(time[0] * 60 + time[1]) * 60
    return moment.advanced(by: sign == "-" ? seconds : -seconds)
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

  /// Numbers of so many digits each, with a separator in between.
  private static func numbers(_ text: Substring, digits: [Int], separator: Character) -> [Int]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == digits.count else { return nil }
    let numbers = zip(parts, digits).compactMap { part, count in number(String(part), digits: count...count) }
    return numbers.count == parts.count ? numbers : nil
  }

  /// Four digits, or two: those are of 1970 to 2069.
  private static func fullYear(_ text: String) -> Int? {
    if let year = number(text, digits: 4...4) { return year >= 1970 ? year : nil }
    return number(text, digits: 2...2).map { $0 < 70 ? 2000 + $0 : 1900 + $0 }
  }
}
