import BrokerCore
import TestSupport
import Testing
import WarehouseRegistry

struct PythonDistributionsTests {
  @Test(arguments: [
    ("dist/sample-1.0-py3-none-any.whl", "sample", "1.0"),
    ("My_Pkg-1.0-1-cp311-cp311-linux_x86_64.whl", "my-pkg", "1.0"), ("sample-1.0.tar.gz", "sample", "1.0"),
    ("./my-old-name-1.0rc1.tar.gz", "my-old-name", "1.0rc1"), ("a.b__c-2.zip", "a-b-c", "2"),
    ("/x y/sample-1.0.zip", "sample", "1.0"), ("sample-1!2.0.tar.gz", "sample", "1!2.0"),
    ("sample-1.0+local.1-py3-none-any.whl", "sample", "1.0+local.1"),
  ])
  func readsNames(_ path: String, _ project: String, _ version: String) {
    let name = PythonDistributions().name(of: path)
    #expect(name?.project == project && name?.version == version)
    #expect(name?.filename == path.split(separator: "/").last.map(String.init))
  }

  @Test(arguments: [
    "sample-1.0.tar.bz2", "sample.whl", "-1.0.tar.gz", "_sample-1.0.tar.gz", "sämple-1.0.zip", "sample/-1.0.zip",
    "dist/", "", "sample-1.0.tar.gz.asc", "../simple%2f-1.0.zip", "sample-1.0.whl.publish.attestation",
  ])
  func readsNoOtherNames(_ path: String) { #expect(PythonDistributions().name(of: path) == nil) }

  // MARK: What the index never takes

  private struct Files: FileReading {
    let contents: [UInt8]

    func read(_ path: String, maximumBytes: Int) throws(BrokerError) -> [UInt8] { contents }
  }

  private func objections(
    _ paths: [String], _ contents: [UInt8] = [], listed: [String: ReleaseListing] = [:], site: String? = "pypi"
  ) -> [DistributionObjection] {
    PythonDistributions(site: site, files: Files(contents: contents)).objections(to: paths, listings: listed)
  }

  /// Names of files, and why PyPI refuses them in its own words; nil if it does not.
  @Test(
    arguments: [
      ("sample-1.0-py3-none-any.whl", nil), ("sample-1.0.tar.gz", nil), ("a_b-1.0rc1-1-cp312-abi3-win_amd64.whl", nil),
      ("a_b-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", nil),
      ("a_b-1.0-cp312-cp312-musllinux_1_2_riscv64.whl", nil), ("a_b-1.0-cp312-cp312-macosx_10_13_universal2.whl", nil),
      ("a_b-1.0-cp312-cp312-macosx_14_0_arm64.whl", nil), ("a_b-1.0-cp312-cp312-macosx_27_0_arm64.whl", nil),
      ("a_b-1.0-cp312-cp312-ios_13_0_arm64_iphoneos.whl", nil), ("a_b-1.0-cp312-cp312-android_21_arm64_v8a.whl", nil),
      ("a_b-1.0-cp312-cp312-pyemscripten_2025_0_wasm32.whl", nil), ("notes.zip", nil), ("notes.txt", nil),
      ("a_b-1.0-cp312-cp312-linux_x86_64.whl", "an unsupported platform tag 'linux_x86_64'"),
      ("a_b-1.0-cp312-cp312-macosx_14_1_arm64.whl", "an unsupported platform tag 'macosx_14_1_arm64'"),
      ("a_b-1.0-cp312-cp312-any.linux_x86_64.whl", "an unsupported platform tag 'linux_x86_64'"),
      ("a_b-1.0-cp312-cp312-freebsd_14.whl", "an unsupported platform tag 'freebsd_14'"),
      ("sample-1.0+g1234-py3-none-any.whl", "The use of local versions in '1.0+g1234' is not allowed."),
      ("sample-1.0+g1234.tar.gz", "The use of local versions in '1.0+g1234' is not allowed."),
      ("sample-one.tar.gz", "'one' is invalid for 'version'"), ("sample-1.0.zip", "should be 'sample-1.0.tar.gz'"),
      ("my-pkg-1.0.tar.gz", "should be 'my_pkg-1.0.tar.gz'"), ("Sample-1.0.tar.gz", "should be 'sample-1.0.tar.gz'"),
      ("sample-1.0.rc1.tar.gz", "should be 'sample-1.0rc1.tar.gz'"),
      ("My_Pkg-1.0-py3-none-any.whl", "should contain the normalized project name 'my_pkg', not 'My_Pkg'"),
      ("sample-1.0-py3-none.whl", "Invalid wheel filename"),
      ("sample-1.0-x-py3-none-any.whl", "Invalid wheel filename"),
    ] as [(String, String?)])
  func judgesNames(_ filename: String, _ reason: String?) {
    let found = objections(["dist/\(filename)"])
    #expect(found.first.map { $0.reason.contains(reason ?? "?") } ?? (reason == nil), "\(found)")
    #expect(found.allSatisfy { $0.path == "dist/\(filename)" && !$0.remedy.isEmpty })
    // An index of somebody's own may take all of them.
    #expect(objections(["dist/\(filename)"], site: nil).isEmpty)
  }

  /// What is inside of `sample-1.0-py3-none-any.whl`.
  @Test(
    arguments: [
      (SampleWheel.bytes(), nil), (SampleWheel.bytes(name: "Sample"), nil), (SampleWheel.bytes(version: "1.0.0"), nil),
      (SampleWheel.bytes(metadataVersion: "2.6"), nil), ([], nil), (Array("no zip file".utf8), nil),
      (SampleWheel.bytes(name: "other"), "Start filename for 'other' with 'other'."),
      (SampleWheel.bytes(version: "1.1"), "Version in filename should be '1.1' not '1.0'."),
      (SampleWheel.bytes(version: "1.0+g1"), "The use of local versions in '1.0+g1' is not allowed."),
      (SampleWheel.bytes(version: "1.0-foo-bar"), "'1.0-foo-bar' is invalid for 'version'."),
      (SampleWheel.bytes(metadataVersion: "9.9"), "'9.9' is not a valid metadata version."),
      (SampleWheel.bytes(folder: "other-2.0.dist-info"), "WHEEL not found at sample-1.0.dist-info/WHEEL"),
      (SampleWheel.bytes(files: ["WHEEL"]), "does not contain the required RECORD file: sample-1.0.dist-info/RECORD"),
    ] as [([UInt8], String?)])
  func judgesContents(_ bytes: [UInt8], _ reason: String?) {
    let found = objections(["sample-1.0-py3-none-any.whl"], bytes)
    #expect(found.first.map { $0.reason.contains(reason ?? "?") } ?? (reason == nil), "\(found)")
  }

  /// What is inside of `sample-1.0.tar.gz`.
  @Test(
    arguments: [
      (SampleSource.bytes(), nil), (SampleSource.bytes(name: "Sample"), nil),
      (SampleSource.bytes(version: "1.0.0"), nil),
      (SampleSource.bytes(metadataVersion: "2.6"), nil), (Array("no gzip file".utf8), nil),
      (SampleSource.bytes(name: "other"), "Start filename for 'other' with 'other'."),
      (SampleSource.bytes(version: "1.1"), "Version in filename should be '1.1' not '1.0'."),
      (SampleSource.bytes(version: "1.0+g1"), "The use of local versions in '1.0+g1' is not allowed."),
      (SampleSource.bytes(metadataVersion: "9.9"), "'9.9' is not a valid metadata version."),
    ] as [([UInt8], String?)])
  func judgesSources(_ bytes: [UInt8], _ reason: String?) {
    let found = objections(["sample-1.0.tar.gz"], bytes)
    #expect(found.first.map { $0.reason.contains(reason ?? "?") } ?? (reason == nil), "\(found)")
  }

  @Test func takesOneSourceDistribution() {
    let two = objections(["sample-1.0.tar.gz", "old/sample-1.0.0.tar.gz", "sample-1.1.tar.gz"])
    #expect(two.map(\.path) == ["old/sample-1.0.0.tar.gz"])
    let same = objections(["sample-1.0.tar.gz", "sample-1.0.zip"])
    #expect(same.map(\.path) == ["sample-1.0.zip"])
    let listed = ReleaseListing.files([ReleaseFile(filename: "Sample-1.0.zip", sha256: nil)])
    let found = objections(["sample-1.0.tar.gz"], listed: ["sample": listed])
    #expect(found.map(\.reason) == ["Only one sdist may be uploaded per release."])
    #expect(objections(["sample-1.0-py3-none-any.whl", "sample-1.1.tar.gz"], listed: ["sample": listed]).isEmpty)
  }

  /// A release is closed 14 days after its first file, which the age of any of its files proves.
  @Test(arguments: [(15, true), (14, false), (1, false), (nil, false)] as [(Int64?, Bool)])
  func knowsClosedReleases(_ days: Int64?, _ isClosed: Bool) {
    let listed = ReleaseListing.files([
      ReleaseFile(filename: "sample-1.0.tar.gz", sha256: nil, age: days.map { $0 * 86_400 }),
      ReleaseFile(filename: "sample-0.9.tar.gz", sha256: nil, age: 400 * 86_400),
    ])
    let found = objections(["sample-1.0-py3-none-any.whl"], listed: ["sample": listed])
    #expect(found.isEmpty != isClosed)
    #expect(found.allSatisfy { $0.reason.contains("older than 14 days") && $0.remedy.contains("pypi has closed") })
    #expect(objections(["sample-1.1-py3-none-any.whl"], listed: ["sample": listed]).isEmpty)
  }

  @Test func neutralisesNames() {
    for objection in objections(["sample-\u{202E}\r::error::1.tar.gz", "sample-1\n##[x].tar.gz"]) {
      #expect(!objection.reason.contains("::") && !objection.reason.contains("##[") && !objection.reason.contains("\n"))
      #expect(!objection.reason.contains("\u{202E}"))
    }
  }
}
