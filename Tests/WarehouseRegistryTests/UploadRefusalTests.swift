import BrokerCore
import Testing

@testable import WarehouseRegistry

/// Outputs of the real tools, and texts of PyPI's own server software.
struct UploadRefusalTests {
  private static func failure(_ output: [UInt8]) -> PublishingFailure? {
    RefusalReading.refusals(of: PublisherForms(registry: "mine", site: .https(host: "x")), isUsual: false)
      .publishing(LogText(output).line)
  }

  private static let creation =
    "Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher "
    + "but specifying the project name incorrectly"
  private static let scope =
    "403 Invalid API Token: OIDC scoped token is not valid for project 'rig-gitlab', project-scoped token is not valid "
    + "for project: 'rig-gitlab'"
  private static let address = "The address does not take uploads: upload-url of registries.mine"

  /// What a tool printed, and how the hint begins.
  private static let outputs: [(output: String, hint: String)] = [
    // twine colours and wraps.
    (
      "\u{1B}[31mERROR   \u{1B}[0m HTTPError: 400 Bad Request from http://127.0.0.1:43687/legacy/         \n"
        + "         Non-user identities cannot create new projects. This was probably      \n",
      "The project's name in its metadata"
    ),
    (
      "\u{1B}[31mERROR   \u{1B}[0m HTTPError: 400 Bad Request from http://127.0.0.1:36699/legacy/         \n"
        + "         File already exists ('octo_sample-1.0-py3-none-any.whl', with          \n         blake2_256 hash",
      "mine has had a file of this name"
    ),
    (
      "\u{1B}[31mERROR\u{1B}[0m HTTPError: 403 Forbidden\n   Read-only mode: Uploads\n   are temporarily",
      "mine takes no"
    ),
    ("ERROR    HTTPError: 405 Method Not Allowed from https://pypi.org/legacy/ \n   Method Not Allowed", address),
    ("ERROR    RedirectDetected: https://x/legacy attempted to redirect to /legacy/.\nIf you trust", address),
    // uv
    ("  cause: Server returned status code 400 Bad Request. Server says: 400 \(creation)", "The project's name"),
    ("  cause: POST requests are not supported by the endpoint, are you using the simple index URL", address),
    ("  cause: Server returned status code 404 Not Found. Server says: <html>", address),
    // poetry
    (
      "HTTP Error 400: File already exists ('octo_sample-1.0.tar.gz', with blake2_256 hash 'b57e'). See | b\"400 File",
      "mine has had a file of this name"
    ),
    ("HTTP Error 405: Method Not Allowed | b'<html><body><h1>405'", address),
    // flit
    ("requests.exceptions.HTTPError: 404 Client Error: Not Found for url: http://127.0.0.1:35067/legacy/", address),
    // hatch
    (
      "Error uploading to repository: http://127.0.0.1/legacy/ - Client error '404 Not Found' for url 'http://", address
    ),
    // pdm shows no reason.
    ("[PublishError]: Client error '400 Bad Request' for url 'http://127.0.0.1:45049/legacy/'", "pdm keeps the reason"),
    ("[PublishError]: Client error '405 Method Not Allowed' for url 'http://127.0.0.1:44519/legacy/'", address),
    // maturin
    ("  Caused by: Failed to upload the wheel with status 405: <html>", address),
    ("💥 maturin failed\n  Caused by: Username and/or password are possibly wrong", "maturin says this"),
    // Warehouse's own texts
    (scope, "The trusted publisher of this job belongs"),
    ("403 Invalid API Token: token is expired, token is expired Access was denied", "The credential expired"),
    ("403 Invalid or non-existent authentication information. See https://127.0.0.1:8180/", "mine does not know"),
    (
      "403 Username/Password authentication is no longer supported. Migrate to API Tokens", "The tool sent another user"
    ),
    ("403 New uploads are temporarily disabled. See https://127.0.0.1:8180/help/", "mine takes no uploads"),
    ("400 This filename was previously used by a file that has since been deleted.", "mine has had a file"),
    ("400 File too large. Limit for project 'sample' is 100 MB. See https://pypi.org/help/", "mine limits the size"),
    // Other rules of the index, as warehouse/forklift/legacy.py words them.
    (
      "400 Binary wheel 'sample-1.0-py3-none-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'.",
      "mine takes wheels"
    ),
    ("400 Uploading new files to releases older than 14 days is not allowed.", "mine has closed this release"),
    ("400 Only one sdist may be uploaded per release.", "The release has a source distribution"),
    (
      "400 The use of local versions in '1.0+g1234' is not allowed. See https://x/", "mine takes no version with a plus"
    ),
    ("400 Invalid attestations supplied during upload: Malformed attestations", "The attestations do not fit"),
    ("400 Organization account owning this project is inactive. Please see", "The organisation that owns"),
    ("403 SSL is required", "The tool uploads over plain http"),
  ]

  @Test(arguments: outputs)
  func tellsWhatToDo(_ output: String, _ beginning: String) throws {
    let failure = try #require(Self.failure(Array(output.utf8)))
    #expect(failure.isRefusal && failure.cause.code == "upload-refused" && failure.cause.fixes.count == 1)
    #expect(failure.cause.fixes[0].hasPrefix(beginning), "\(failure.cause.fixes)")
    #expect(!failure.cause.fixes[0].contains("{"))
  }

  @Test func everyRowIsShownByAnOutput() {
    for row in RefusalTable.uploads {
      #expect(
        Self.outputs.contains { output in
          let line = LogText(LogText(output.output.utf8).line.lowercased().utf8)
          return RefusalTable.uploads.first { $0.fits(line) }?.texts == row.texts
        }, "\(row.texts)")
      #expect(row.texts.allSatisfy { $0 == $0.lowercased() }, "\(row.texts)")
    }
  }

  /// Nothing was uploaded, so that nothing was refused.
  @Test(arguments: [
    ("error: a username and a password are not allowed when using trusted publishing", "client-settings"),
    ("error: Missing credentials for https://upload.pypi.org/legacy/", "client-silent"),
  ])
  func tellsToolsThatGiveUpFromRefusals(_ output: String, _ code: String) throws {
    let failure = try #require(Self.failure(Array(output.utf8)))
    #expect(!failure.isRefusal && failure.cause.code == code)
  }

  @Test(arguments: [
    "", "Uploading sample-1.0.tar.gz\n", "error: invalid distribution", "HTTPError: 400 Bad Request from https://x/",
    "Server returned status code 502 Bad Gateway", "\u{1B}[31m\u{FFFD}",
  ])
  func saysNothingWithoutACause(_ output: String) {
    #expect(Self.failure(Array(output.utf8)) == nil)
  }

  /// The kept end of an output may begin in the middle of a character.
  @Test func readsAnOutputThatIsCutShort() {
    let output =
      [0x81, 0xAF, 0x0A] + Array("403 Read-only mode: Uploads are temporarily disabled.".utf8) + [0xE2, 0x9C]
    #expect(Self.failure(output)?.isRefusal == true)
  }
}
