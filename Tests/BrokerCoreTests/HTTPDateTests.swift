import BrokerCore
import Testing

struct HTTPDateTests {
  private func response(_ name: String, _ value: String) -> HTTPResponse {
    HTTPResponse(status: 200, fields: [(name, value)])
  }

  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
    ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Tue, 29 Feb 2028 00:00:00 GMT", 1_835_395_200),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 31 Dec 2100 23:59:59 GMT", 4_133_980_799),
  ])
  func reads(_ text: String, _ seconds: Int64) {
    #expect(response("Date", text).serverTime == UnixTime(seconds))
  }

  @Test(arguments: [
    "", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 2026 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 06 Nov 1994 08:49:37 CET", "Mon, 29 Feb 2027 00:00:00 GMT", "0", "-1",
  ])
  func refuses(_ text: String) {
    #expect(response("date", text).serverTime == nil)
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
