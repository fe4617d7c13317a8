import BrokerCore
import TestSupport
import Testing

@testable import WarehouseRegistry

/// Outputs of the real tools, and texts of PyPI's own server software.
struct UploadRefusalTests {
  private static func failure(_ output: [UInt8]) -> PublishingFailure? {
    RefusalReading.refusals(of: PublisherForms(registry: "mine", site: .https(host: "x")), isUsual: false)
      .publishing(LogText(output).line, [])
  }

  private static let creation =
    "Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher "
    + "but specifying the project name incorrectly"
  private static let scope =
    "Invalid API Token: OIDC scoped token is not valid for project 'rig-gitlab', project-scoped token is not valid "
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
    // A narrowed credential
    (
      "Uploading Octo_B-1.0.tar.gz\nERROR    HTTPError: 403 Forbidden from https://upload.pypi.org/legacy/\n"
        + "         Invalid API Token: project-scoped token is not valid for project: 'octo-b'",
      "The credential was made good for other projects than \"octo-b\", to which Octo_B-1.0.tar.gz belongs: name its file"
    ),
    (
      "error: Failed to publish `dist/octo_b-1.0-py3-none-any.whl` and `dist/octo_b-1.0.tar.gz`, not a-1.0.tar.gz: 403 "
        + "Invalid API Token: project-scoped token is not valid for project: 'octo.b'",
      "The credential was made good for other projects than \"octo-b\", to which octo_b-1.0-py3-none-any.whl and "
        + "octo_b-1.0.tar.gz belong"
    ),
    // twine --verbose, with the body that a CDN leaves.
    (
      "Uploading octo_b-1.0-py3-none-any.whl\n\u{1B}[?25h\u{1B}[34mINFO    \u{1B}[0m <html>\n           <head>\n"
        + "            <title>403 Invalid API Token: project-scoped token is not valid for  \n"
        + "          project: &#x27;octo-b&#x27;</title>                               \n",
      "The credential was made good for other projects than \"octo-b\", to which octo_b-1.0-py3-none-any.whl belongs"
    ),
    (
      "Invalid API Token: project-scoped token is not valid for project: '::x'",
      "The credential was made good for other projects than this file's: name"
    ),
    // maturin
    ("  Caused by: Failed to upload the wheel with status 405: <html>", address),
    ("💥 maturin failed\n  Caused by: Username and/or password are possibly wrong", "maturin says this"),
  ]

  /// What Warehouse says of a refused upload, and what that is.
  private static let reasons: [(reason: String, code: String)] = [
    ("\(creation) (either in the publisher or in your project's metadata).", "project-name-differs"),
    (scope, "project-not-covered"),
    ("Invalid API Token: project-scoped token is not valid for project: 'rig-mono-b'", "credential-too-narrow"),
    ("Invalid API Token: token is expired Access was denied", "credential-life-over"),
    (
      "The name 'rlg-glthub' is too similar to an existing project. See https://pypi.org/help/#project-name for more "
        + "information.", "project-name-similar"
    ),
    ("The user 'octocat' isn't allowed to upload to project 'app'. See https://pypi.org/help/", "project-name-taken"),
    ("The token isn't allowed to upload to the project 'app'. See https://pypi.org/help/", "project-name-taken"),
    (
      "The name 'asyncio' isn't allowed (conflict with Python Standard Library module name). See https://pypi.org/help/",
      "project-name-not-allowed"
    ),
    ("The name 'requirements.txt' isn't allowed. See https://pypi.org/help/#project-name", "project-name-not-allowed"),
    ("Too many new projects created", "too-many-new-projects"),
    ("New project registration temporarily disabled. See https://pypi.org/help/", "new-projects-off"),
    ("Organization account owning this project is inactive. Please see", "organisation-inactive"),
    (
      "File already exists ('sample-1.0-py3-none-any.whl', with blake2_256 hash 'b57e'). See https://pypi.org/help/",
      "file-exists"
    ),
    ("This filename was previously used by a file that has since been deleted.", "file-name-used"),
    ("This filename has already been used, use a different version. See https://pypi.org/help/", "file-name-used"),
    (
      "Binary wheel 'sample-1.0-py3-none-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'.",
      "platform-tag"
    ),
    ("The use of local versions in '1.0+g1234' is not allowed. See https://packaging.python.org/", "local-version"),
    (
      "'9.9' is not a valid metadata version. See https://packaging.python.org/specifications/core-metadata for more "
        + "information.", "metadata-version"
    ),
    (
      "'1.0-foo-bar' is invalid for 'version'. See https://packaging.python.org/specifications/core-metadata for more "
        + "information.", "version-invalid"
    ),
    (
      "'not a mail' is invalid for 'author-email'. See https://packaging.python.org/specifications/core-metadata for more "
        + "information.", "metadata-invalid"
    ),
    ("The description failed to render for 'text/x-rst'. See https://pypi.org/help/", "description-not-rendered"),
    ("Invalid value for classifiers. Error: 'Foo :: Bar' is not a valid classifier", "classifier-unknown"),
    (
      "License-File LICENSE does not exist in distribution file sample-1.0.tar.gz at sample-1.0/LICENSE",
      "licence-file-missing"
    ),
    (
      "Wheel 'sample-1.0-py3-none-any.whl' does not contain the required RECORD file: sample-1.0.dist-info/RECORD",
      "wheel-record"
    ),
    ("Start filename for 'octo-sample' with 'octo_sample'.", "file-name-wrong"),
    ("Filename 'x-1.0.tar.gz' should contain the normalized project name 'octo_sample', not 'x'.", "file-name-wrong"),
    ("Version in filename should be '1.0' not '1.1'.", "file-name-wrong"),
    ("Invalid distribution file. WHEEL not found at sample-1.1.dist-info/WHEEL", "file-invalid"),
    ("File too large. Limit for project 'sample' is 100 MB. See https://pypi.org/help/", "file-too-large"),
    (
      "Project size too large. Limit for project 'sample' total size is 10 GB. See https://pypi.org/help/",
      "project-too-large"
    ),
    ("The digest supplied does not match a digest calculated from the uploaded file.", "digest-differs"),
    ("Invalid attestations supplied during upload: Malformed attestations", "attestations-invalid"),
    ("Uploading new files to releases older than 14 days is not allowed.", "release-closed"),
    ("Only one sdist may be uploaded per release.", "second-sdist"),
    ("Invalid API Token: token is expired, token is expired Access was denied", "api-token-expired"),
    (
      "Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead.",
      "user-name-wrong"
    ),
    ("User octocat has two factor auth enabled, an API Token or Trusted Publisher must be used", "user-name-wrong"),
    ("User 'octocat' does not have a verified primary email address. Please add", "email-unverified"),
    ("SSL is required", "plain-http"),
    ("Read-only mode: Uploads are temporarily disabled.", "uploads-off"),
    ("New uploads are temporarily disabled. See https://pypi.org/help/", "uploads-off"),
    ("Invalid or non-existent authentication information. See https://pypi.org/help/", "api-token-unknown"),
  ]

  /// The origin puts the reason into the status line and the body; a CDN keeps the one and drops the other, and tools show
  /// either, coloured and wrapped.
  @Test(arguments: reasons)
  func knowsTheReasonInEveryPlace(_ reason: String, _ code: String) throws {
    let escaped = reason.replacing("&", with: "&amp;").replacing("'", with: "&#x27;")
    let body =
      "<html>\n <head>\n  <title>400 \(escaped)</title>\n </head>\n <body>\n  <h1>400 \(escaped)</h1>\n  The server could "
      + "not comply with the request since it is either malformed or otherwise incorrect.<br/><br/>\n\(escaped)\n\n\n </body>"
    let outputs = [
      // twine and flit with a reason phrase; twine --verbose and uv with a body alone, as HTML and as text.
      "ERROR    HTTPError: 400 Bad Request from https://upload.pypi.org/legacy/\n\(Self.wrapped(reason))",
      "requests.exceptions.HTTPError: 400 Client Error: \(reason) for url: https://upload.pypi.org/legacy/",
      "INFO     Response from https://upload.pypi.org/legacy/:\n         400 Bad Request\nINFO     \(body)\nERROR    "
        + "HTTPError: 400 Bad Request from https://upload.pypi.org/legacy/\n         Bad Request",
      "  Caused by: Server returned status code 400 Bad Request. Server says: 400 \(reason)\n\nThe server could not comply",
    ]
    for output in outputs {
      let failure = try #require(Self.failure(Array(output.utf8)))
      #expect(failure.isRefusal && failure.cause.code.text == code, "\(failure.cause.code): \(output)")
      #expect(failure.cause.certainty > .possible && !failure.cause.fixes.isEmpty)
      for sentence in [failure.cause.summary] + failure.cause.fixes { #expect(!sentence.contains("{"), "\(sentence)") }
    }
  }

  /// Lines of at most 60 characters, indented, in colour, as twine prints them.
  private static func wrapped(_ text: String) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + word.count > 60 { lines.append("") }
      lines[lines.count - 1] += lines[lines.count - 1].isEmpty ? String(word) : " \(word)"
    }
    return lines.map { "\u{1B}[31m         \($0)      \u{1B}[0m\n" }.joined()
  }

  @Test(arguments: outputs)
  func tellsWhatToDo(_ output: String, _ beginning: String) throws {
    let failure = try #require(Self.failure(Array(output.utf8)))
    #expect(failure.isRefusal && failure.cause.fixes[0].text.hasPrefix(beginning), "\(failure.cause)")
  }

  /// A status alone is no reason: what the tool kept to itself is not made up.
  @Test(arguments: [
    "HTTPError: 400 Bad Request from https://upload.pypi.org/legacy/\nBad Request",
    "HTTPError: 403 Forbidden from https://upload.pypi.org/legacy/\nForbidden",
    "requests.exceptions.HTTPError: 400 Client Error: Bad Request for url: https://upload.pypi.org/legacy/",
    "[PublishError]: Client error '400 Bad Request' for url 'http://127.0.0.1:45049/legacy/'",
    "maturin failed\n  Caused by: Username and/or password are possibly wrong",
  ])
  func isNotSureWithoutAReason(_ output: String) throws {
    let failure = try #require(Self.failure(Array(output.utf8)))
    #expect(failure.cause.code == "reason-hidden" && failure.cause.certainty == .possible)
  }

  @Test func everyTextIsShownByAnOutput() {
    let outputs = Self.reasons.map(\.reason) + Self.outputs.map(\.output)
    for row in UploadTable.rows where row.isRefusal && row.certainty == .certain {
      let isShown = outputs.contains { output in
        let line = LogText(output.utf8).line.lowercased()
        return row.texts.contains { line.contains($0) }
      }
      #expect(isShown || row.code == "reason-hidden", "\(row.texts)")
    }
    for text in UploadTable.rows.flatMap(\.texts) { #expect(text == text.lowercased(), "\(text)") }
  }

  /// Nothing was uploaded, so that nothing was refused.
  @Test(arguments: [
    ("error: a username and a password are not allowed when using trusted publishing", "client-settings"),
    ("error: Missing credentials for https://upload.pypi.org/legacy/", "client-silent"),
    (
      "ERROR    InvalidDistribution: Invalid distribution metadata: '2.5' is not a valid metadata version",
      "tool-too-old"
    ),
    (
      "ERROR    InvalidDistribution: Metadata is missing required fields: Name, Version.\n         Make sure the "
        + "distribution includes the files where those fields are specified, and is using a supported Metadata-Version: "
        + "1.0, 1.1, 1.2, 2.0, 2.1, 2.2.", "tool-too-old"
    ),
  ])
  func tellsToolsThatGiveUpFromRefusals(_ output: String, _ code: String) throws {
    let failure = try #require(Self.failure(Array(output.utf8)))
    #expect(!failure.isRefusal && failure.cause.code.text == code)
  }

  /// A twine that is too old says the same as one that is given a file without a name: the file tells which it is.
  @Test(arguments: [
    ("Metadata is missing required fields: Name, Version.", "2.3", "metadata-invalid"),
    ("Metadata is missing required fields: Name, Version.", "2.4", "tool-too-old"),
    ("Metadata is missing required fields: Name, Version.", "2.5", "tool-too-old"),
    ("Invalid distribution metadata: unrecognized or malformed field 'license-file'", "2.4", "tool-too-old"),
    ("Invalid distribution metadata: unrecognized or malformed field 'x'", "2.1", "metadata-invalid"),
    ("Invalid distribution metadata: 'x y' is invalid for 'name'", "2.4", "metadata-invalid"),
    ("Make sure the distribution is using a supported Metadata-Version: 1.0, 2.5.", "2.9", "tool-too-old"),
  ])
  func readsTheVersionOfTheMetadata(_ text: String, _ version: String, _ code: String) throws {
    struct Files: FileReading {
      let version: String

      func read(_ path: String, maximumBytes: Int) throws(BrokerError) -> [UInt8] {
        path.hasSuffix(".whl")
          ? SampleWheel.bytes(metadataVersion: version) : SampleSource.bytes(metadataVersion: version)
      }
    }
    for file in ["dist/sample-1.0-py3-none-any.whl", "dist/sample-1.0.tar.gz"] {
      let failure = RefusalReading.failure(
        "ERROR    InvalidDistribution: \(text)", of: [file], PythonDistributions(files: Files(version: version)),
        at: "pypi")
      #expect(failure?.cause.code.text == code && failure?.isRefusal == false)
    }
  }

  @Test(arguments: [
    "", "Uploading sample-1.0.tar.gz\n", "error: invalid distribution", "certificate is invalid for host x",
    "\u{1B}[31m\u{FFFD}",
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
