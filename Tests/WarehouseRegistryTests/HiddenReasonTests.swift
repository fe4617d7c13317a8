import BrokerCore
import Testing

@testable import WarehouseRegistry

/// Why an index may have refused files, where the tool does not show it.
struct HiddenReasonTests {
  private static let now = UnixTime(1_795_471_556)

  private func causes(
    _ filename: String, _ listed: [ReleaseFile]?, isSite: Bool = true, isAttested: Bool = false, status: Int? = nil,
    end: UnexplainedUpload.CredentialEnd? = nil
  ) throws -> [Cause] {
    let name = try #require(PythonDistributions().name(of: filename))
    let file = ReleaseComparison.LocalFile(name, sha256: "ab")
    let listings = listed.map { [name.project: ReleaseListing.files($0)] } ?? [:]
    return HiddenReason(registry: "mine", isSite: isSite).causes(
      of: UnexplainedUpload(
        [file], listings: listings, isAttested: isAttested, time: Self.now, status: status, end: end))
  }

  private static func file(_ name: String, _ sha256: String = "cd", daysAgo days: Int64 = 0) -> ReleaseFile {
    ReleaseFile(filename: name, sha256: sha256, uploadTime: "\(now.advanced(by: -days * 86_400))")
  }

  private static let wheel = "sample-1.0-py3-none-any.whl"

  /// A file, what is listed, whether it is PyPI or TestPyPI themselves, and the cause that is certain.
  @Test(
    arguments: [
      (wheel, [file(wheel)], false, "file-exists"),
      ("sample-1.0.tar.gz", [file("Sample-1.0.zip")], false, "second-sdist"),
      ("sample-1.0+g12.tar.gz", [], true, "local-version"),
      ("sample-1.0-cp313-cp313-linux_x86_64.whl", [file(wheel)], true, "platform-tag"),
      (wheel, [file("sample-1.0.tar.gz", daysAgo: 15), file("sample-1.0-cp312-none-any.whl")], true, "release-closed"),
    ] as [(String, [ReleaseFile], Bool, String)])
  func provesWhatTheListShows(_ filename: String, _ listed: [ReleaseFile], _ isSite: Bool, _ code: String) throws {
    let causes = try causes(filename, listed, isSite: isSite)
    #expect(causes.map(\.code.text) == [code] && causes[0].certainty == .certain, "\(causes)")
    #expect(!causes[0].summary.contains("{") && causes[0].fixes.allSatisfy { !$0.contains("{") })
  }

  /// What is left where the list proves nothing: nothing of it is certain.
  @Test(
    "what the list of files does not prove is named as possible",
    arguments: [
      (wheel, [file("sample-0.9.tar.gz")], true, []), (wheel, nil, true, ["project-name-differs"]),
      ("sample-1.0-cp313-cp313-linux_x86_64.whl", [file(wheel)], false, []),
      (wheel, [file("sample-1.0.tar.gz", daysAgo: 13)], true, []),
      (wheel, [file("sample-1.0.tar.gz", daysAgo: 15)], false, []),
      ("sample-1.0.tar.gz", [file("sample-0.9.tar.gz"), file(wheel)], true, []),
      (wheel, [], true, ["project-name-differs"]),
    ] as [(String, [ReleaseFile]?, Bool, [String])])
  func namesWhatRemains(_ filename: String, _ listed: [ReleaseFile]?, _ isSite: Bool, _ first: [String]) throws {
    let causes = try causes(filename, listed, isSite: isSite, isAttested: true)
    #expect(
      causes.map(\.code.text)
        == first + [
          "project-not-covered", "api-token-unknown", "file-name-used", "attestations-invalid", "metadata-invalid",
          "file-too-large",
        ])
    #expect(causes.allSatisfy { $0.certainty < .certain && !$0.fixes.isEmpty })
  }

  /// The status, and how the credential's life had ended: what is wrong with a file is not refused as forbidden, and what is
  /// wrong with a credential is not refused as a bad request.
  @Test(
    arguments: [
      (403, nil, ["project-not-covered", "api-token-unknown"]), (403, .usual, ["api-token-expired"]),
      (403, .early, ["credential-life-over"]),
      (nil, .early, ["project-name-differs", "credential-life-over", "file-name-used"]),
      (400, .early, ["project-name-differs", "file-name-used", "metadata-invalid"]),
      (400, nil, ["project-name-differs", "file-name-used", "metadata-invalid"]),
    ] as [(Int?, UnexplainedUpload.CredentialEnd?, [String])])
  func goesByTheStatus(_ status: Int?, _ end: UnexplainedUpload.CredentialEnd?, _ first: [String]) throws {
    let causes = try causes(Self.wheel, nil, status: status, end: end).map(\.code.text)
    #expect(Array(causes.prefix(first.count)) == first && (status != 403 || causes.count == first.count), "\(causes)")
  }
}
