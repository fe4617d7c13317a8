import BrokerCore
import Testing

struct DateReaderTests {
  private func response(_ name: String, _ value: String) -> HTTPResponse {
    HTTPResponse(status: 200, fields: [(name, value)])
  }

  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
    ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Tue, 29 Feb 2028 00:00:00 GMT", 1_835_395_200),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 31 Dec 2100 23:59:59 GMT", 4_133_980_799),
  ])
  func readsDatesOfHTTP(_ text: String, _ seconds: Int64) {
    #expect(response("Date", text).serverTime == UnixTime(seconds))
  }

  @Test(arguments: [
    "", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 2026 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 06 Nov 1994 08:49:37 CET", "Mon, 29 Feb 2027 00:00:00 GMT", "0", "-1",
  ])
  func refusesOtherDatesOfHTTP(_ text: String) {
    #expect(response("date", text).serverTime == nil)
  }

  @Test(
    "A date of ISO 8601 is read with its zone",
    arguments: [
      ("1994-11-06T08:49:37Z", 784_111_777), ("1994-11-06t08:49:37z", 784_111_777),
      ("1994-11-06 09:49:37.123456+01:00", 784_111_777), ("1994-11-06T03:19:37-0530", 784_111_777),
      ("2028-02-29T00:00:00Z", 1_835_395_200), ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
  func readsISO8601(_ text: String, _ seconds: Int64) {
    #expect(DateReader.iso8601(text) == UnixTime(seconds))
  }

  @Test(
    "A date of ISO 8601 without a zone, of no such day or in another form is refused",
    arguments: [
      "", "1994-11-06", "1994-11-06T08:49:37", "1994-11-06T08:49Z", "2027-02-29T00:00:00Z", "1994-13-06T08:49:37Z",
      "1994-11-06T24:00:00Z", "1994-11-06T08:60:00Z", "0000-01-01T00:00:00Z", "1994-11-06T08:49:37+25:00",
      "19941106T084937Z", "1994-11-06T08:49:37Z ", "1994-11-06T08:49:37.Z", "+1994-11-06T08:49:37Z",
    ])
  func refusesOtherISO8601(_ text: String) {
    #expect(DateReader.iso8601(text) == nil)
  }

  @Test(
    "A Unix date is a number or its digits, between 1970 and 9999",
    arguments: [
      ("0", 0), ("784111777", 784_111_777), ("\"784111777\"", 784_111_777), ("253402300799", 253_402_300_799),
      ("253402300800", nil), ("-1", nil), ("1.5", nil), ("\"-1\"", nil), ("\"\"", nil), ("null", nil), ("true", nil),
      ("9223372036854775808", nil), ("\"9999999999999\"", nil),
    ] as [(String, Int64?)])
  func readsUnixDates(_ json: String, _ seconds: Int64?) throws {
    #expect(DateReader.unix(try JSONReader().read(Array(json.utf8))) == seconds.map { UnixTime($0) })
  }

  @Test(arguments: [
    ("0", 0), ("120", 120), ("Sun, 06 Nov 1994 08:50:37 GMT", 60), ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
    ("99999999999999999999", 315_360_000), ("Fri, 31 Dec 2100 23:59:59 GMT", 315_360_000),
  ])
  func readsWaits(_ text: String, _ seconds: Int64) {
    #expect(response("Retry-After", text).retryAfter(now: UnixTime(784_111_777)) == .seconds(seconds))
  }

  @Test(arguments: ["", "-5", "soon", "1.5"])
  func refusesWaits(_ text: String) {
    #expect(response("Retry-After", text).retryAfter(now: UnixTime(0)) == nil)
  }

  @Test func countsFromTheServersClock() {
    let answer = HTTPResponse(
      status: 503,
      fields: [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT")])
    #expect(answer.retryAfter(now: UnixTime(0)) == .seconds(10))
  }
}
