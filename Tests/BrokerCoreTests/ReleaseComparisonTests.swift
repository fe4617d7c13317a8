import BrokerConformance
import BrokerCore
import Synchronization
import TestSupport
import Testing

struct ReleaseComparisonTests {
  private static let wheel = "sample-1.0-py3-none-any.whl"
  private static let sdist = "sample-1.0.tar.gz"
  private static let digest = String(repeating: "0", count: 64)

  private static let files = [wheel, sdist].map { name in
    ReleaseComparison.LocalFile(
      DistributionName(filename: name, project: "sample", version: "1.0"), sha256: digest)
  }

  /// The digests that the registry lists for wheel and source distribution (nil: it does not list the file), what follows.
  @Test(
    "what a registry has of two files decides what is done",
    arguments: [
      (String?.none, String?.none, ReleaseComparison.Verdict.absent), (digest, digest, .published),
      (digest, nil, .partial), (nil, digest, .partial), ("1", digest, .conflict), ("1", nil, .conflict),
      ("", digest, .unknown("lists \(Neutralized(wheel)) without a SHA-256")), ("", "1", .conflict),
    ])
  func judges(_ first: String?, _ second: String?, _ verdict: ReleaseComparison.Verdict) {
    let listed = [(Self.wheel, first), (Self.sdist, second)].compactMap { name, digest in
      digest.map { ReleaseFile(filename: name, sha256: $0.isEmpty ? nil : $0) }
    }
    let other = ReleaseFile(filename: "sample-0.9.tar.gz", sha256: "2")
    let comparison = ReleaseComparison(Self.files, with: ["sample": .files([other] + listed)])
    #expect(comparison.verdict == verdict)
    #expect(
      comparison.conflicts.map(\.filename)
        == [(Self.wheel, first), (Self.sdist, second)].filter { $0.1 == "1" }.map(\.0))
  }

  @Test func looksAtEveryProject() throws {
    let other = ReleaseComparison.LocalFile(
      DistributionName(filename: "other-1.0.zip", project: "other", version: "1.0"), sha256: Self.digest)
    let listed = ReleaseListing.files([
      ReleaseFile(filename: Self.wheel, sha256: Self.digest), ReleaseFile(filename: Self.sdist, sha256: Self.digest),
    ])
    let files = Self.files + [other]
    #expect(ReleaseComparison(files, with: ["sample": listed, "other": .files([])]).verdict == .partial)
    #expect(
      ReleaseComparison(files, with: ["sample": listed, "other": .unavailable("answers 401")]).verdict
        == .unknown("answers 401"))
  }

  // MARK: Asking

  /// An index whose answers a test gives; the last one repeats.
  private final class Listings: ReleaseIndex {
    private let answers: Mutex<[Result<ReleaseListing, BrokerError>]>
    let asked = Mutex<[String]>([])

    init(_ answers: [Result<ReleaseListing, BrokerError>]) { self.answers = Mutex(answers) }

    func listing(of project: String) async throws(BrokerError) -> ReleaseListing {
      asked.withLock { $0.append(project) }
      return try answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }.get()
    }
  }

  private static let away = BrokerError(.unavailable, "It is away.", recovery: .retry(.mayHaveArrived, after: nil))

  @Test func asksOncePerProject() async throws {
    let index = Listings([.success(.files([]))])
    let survey = ReleaseSurvey(time: FakeTime(holding: [.seconds(30)]).source())
    let comparison = try await survey.compare(Self.files, at: Target(FakeRegistry(releaseIndex: index)))
    #expect(comparison.verdict == .absent && index.asked.withLock { $0 } == ["sample"])
  }

  @Test func asksAgainAndThenGivesUp() async throws {
    let time = FakeTime(holding: [.seconds(30)])
    let survey = ReleaseSurvey(time: time.source())
    let recovering = Listings([.failure(Self.away), .failure(Self.away), .success(.files([]))])
    #expect(try await survey.compare(Self.files, at: Target(FakeRegistry(releaseIndex: recovering))).verdict == .absent)
    let down = Listings([.failure(Self.away)])
    let registry = try FakeRegistry(releaseIndex: down)
    let error = await failure { () async throws(BrokerError) in
      _ = try await survey.compare(Self.files, at: Target(registry))
    }
    #expect(error == Self.away && down.asked.withLock { $0 }.count > 5)
    #expect(time.waits.reduce(.zero, +) > .seconds(20))
    let broken = Listings([.failure(BrokerError(.registryAnswerInvalid, "It is broken."))])
    let other = try FakeRegistry(releaseIndex: broken)
    #expect(
      await failure { () async throws(BrokerError) in _ = try await survey.compare(Self.files, at: Target(other)) }
        != nil)
    #expect(broken.asked.withLock { $0 }.count == 1)
  }

  /// An index that answers when it is no longer asked.
  private struct Silence: ReleaseIndex {
    func listing(of project: String) async throws(BrokerError) -> ReleaseListing {
      try? await Task.sleep(for: .seconds(3600))
      throw BrokerError(.interrupted, "It was cut off.")
    }
  }

  @Test func doesNotWaitForever() async throws {
    let registry = try FakeRegistry(name: "mine", releaseIndex: Silence())
    let survey = ReleaseSurvey(time: FakeTime(holding: []).source())
    let error = await failure { () async throws(BrokerError) in
      _ = try await survey.compare(Self.files, at: Target(registry))
    }
    #expect(error?.code == .timedOut && error?.message.contains("mine did not say within 30 s") == true)
  }

  @Test func showsNamesHarmlessly() throws {
    let name = DistributionName(
      filename: "sample-1.0\r::error::x\u{202E}.zip", project: "sample", version: "1.0")
    let comparison = ReleaseComparison(
      [ReleaseComparison.LocalFile(name, sha256: Self.digest)],
      with: ["sample": .files([ReleaseFile(filename: name.filename, sha256: "1")])])
    let label = try #require(comparison.conflicts.first).fact.label
    #expect(!label.contains("::") && !label.contains("\r") && !label.contains("\u{202E}"))
  }

  @Test func notesARegistryThatCannotSay() async throws {
    let survey = ReleaseSurvey(time: FakeTime(holding: [.seconds(30)]).source())
    let comparison = try await survey.compare(Self.files, at: Target(FakeRegistry()))
    #expect(comparison.verdict == .unknown("has no listing of its files"))
  }
}
