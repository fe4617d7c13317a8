import BrokerConformance
import BrokerCore
import Testing

struct CredentialTests {
  private func credential(_ text: String, expires: UnixTime = UnixTime(0), end: Duration? = nil) throws -> Credential? {
    Credential(
      registry: "pypi", secret: Secret(text), username: "__token__", expires: expires, end: end,
      uploadURL: try HTTPURL("https://pypi.example.com/legacy/"))
  }

  /// Hiding a shorter one would ruin a log.
  @Test(
    "a credential has 16 to 4096 characters",
    arguments: [("", false), ("e", false), ("pypi-0123456789", false), ("pypi-0123456789a", true)])
  func isNoShortText(_ text: String, _ isOne: Bool) throws {
    #expect(try (credential(text) != nil) == isOne)
    #expect(try credential(String(repeating: "a", count: 4096)) != nil)
    #expect(try credential(String(repeating: "a", count: 4097)) == nil)
  }

  /// The wall clock counts for nothing where the other one tells.
  @Test(arguments: [Int64.min, -1, 0, 1_795_000_000, .max]) func livesByTheClockThatIsNeverSet(_ now: Int64) throws {
    let time = FakeTime(now: UnixTime(now)).source()
    for expires in [Int64.min, 0, 1_795_000_900, .max] {
      let counted = try #require(try credential("pypi-0123456789a", expires: UnixTime(expires), end: .seconds(900)))
      #expect(counted.secondsLeft(by: time) == 900)
      let dead = try #require(try credential("pypi-0123456789a", expires: UnixTime(expires), end: .seconds(-900)))
      #expect(dead.secondsLeft(by: time) == 0)
      let other = try #require(try credential("pypi-0123456789a", expires: UnixTime(expires)))
      #expect(other.secondsLeft(by: time) == max(0, UnixTime(expires).seconds(since: UnixTime(now))))
    }
  }

  @Test(arguments: [
    ("pypi-rehearsal-abc", true), ("pypi-AgEIcHlwaS5vcmc", false), ("rehearsal-0123456789", false),
    (String(repeating: "a", count: 100) + "-rehearsal-", false),
  ])
  func knowsTheSandboxs(_ text: String, _ isOne: Bool) { #expect(Credential.isRehearsal(Secret(text)) == isOne) }
}
