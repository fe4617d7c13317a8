import BrokerCore
import Testing

struct UnixTimeTests {
  @Test(
    "a time is written as ISO 8601, or as seconds outside of its years",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_827_696, "2000-02-29T12:34:56Z"),
      (1_709_164_800, "2024-02-29T00:00:00Z"), (1_735_689_599, "2024-12-31T23:59:59Z"),
      (1_735_689_600, "2025-01-01T00:00:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
      (-2_203_891_200, "1900-03-01T00:00:00Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
      (-62_135_596_801, "-62135596801"), (253_402_300_799, "9999-12-31T23:59:59Z"), (253_402_300_800, "253402300800"),
      (.min, "-9223372036854775808"), (.max, "9223372036854775807"),
    ])
  func isWrittenAsISO8601(_ seconds: Int64, _ text: String) {
    #expect(UnixTime(seconds).description == text)
  }

  @Test func staysAtTheEndsOfItsRange() {
    #expect(UnixTime(.max).advanced(by: 1) == UnixTime(.max))
    #expect(UnixTime(.min).advanced(by: -1) == UnixTime(.min))
    #expect(UnixTime(.max).seconds(since: UnixTime(.min)) == .max)
    #expect(UnixTime(.min).seconds(since: UnixTime(.max)) == .min)
  }
}
