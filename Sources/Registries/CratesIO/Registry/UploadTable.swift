import BrokerCore

/// Why cargo failed to publish, by texts in lower case, of which the output has one.
///
/// In its sentences `{registry}` stands for the registry's name, and `{name}` for what stands in back quotes behind the text.
private struct UploadRow: Sendable {
  let code: Message
  var certainty = Cause.Certainty.certain
  /// Whether the registry refused an upload; else cargo gave up by itself.
  var isRefusal = true
  let texts: [String]
  let summary: Message
  let fixes: [Message]
}

/// What crates.io answers a refused upload (src/controllers/krate/publish.rs, src/rate_limiter.rs), and what cargo says when
/// it does not get that far (1.85 to 1.96).
enum UploadTable {
  private static let rows = [
    UploadRow(
      code: "crate-not-there", texts: ["trusted publishing tokens do not support creating new crates"],
      summary: "{registry} does not have the crate, and makes none with the API token of a trusted publisher.",
      fixes: [
        "Publish the first version with an API token of a person (cargo login, cargo publish), and register a trusted publisher "
          + "in the crate's settings."
      ]),
    UploadRow(
      code: "crate-not-covered", texts: ["the provided access token is not valid for crate `"],
      summary: "No trusted publisher of the crate {name} matches this job.",
      fixes: [
        "Register a trusted publisher with this job's values in the settings of the crate {name}: each crate needs its own."
      ]),
    UploadRow(
      code: "credential-ended", texts: ["(status 403 forbidden): invalid authentication token"],
      summary: "The API token had expired, or was revoked, when the upload came.",
      fixes: [
        "Publish with a cargo that asks for credentials (1.74 or newer): a run of any length is then published; else publish "
          + "fewer crates in one run."
      ]),
    UploadRow(
      code: "rate-limited",
      texts: [
        "you have published too many new crates in a short period of time",
        "you have published too many versions of this crate", "(status 429", "status 429 too many requests",
      ],
      summary: "{registry} takes so many versions in a short time and no more.",
      fixes: ["Wait until the time that the text names, and run the same command again: it passes over what is there."]),
    UploadRow(
      code: "version-exists", texts: ["` is already uploaded", "already exists on crates.io index"],
      summary: "This version is there already; a version is never replaced.",
      fixes: ["Give the crate a new version, or let exec pass over what is there (leave --no-compare out)."]),
    UploadRow(
      code: "wrong-registry", isRefusal: false,
      texts: ["is not listed in the `package.publish` value", "`package.publish` must be set to `true`"],
      summary: "The crate's publish in Cargo.toml does not name the registry.",
      fixes: ["Add \"crates-io\" to publish in the crate's Cargo.toml, or leave the crate out of the command."]),
    UploadRow(
      code: "metadata-missing", texts: ["missing or empty metadata fields"],
      summary: "{registry} wants a description and a licence.",
      fixes: ["Write description and license (or license-file) into the crate's Cargo.toml."]),
    UploadRow(
      code: "upload-too-large", texts: ["max upload size is", "status 413"],
      summary: "The packed crate is larger than {registry} takes.",
      fixes: ["Leave files out with exclude or include in Cargo.toml; cargo package --list shows what is in it."]),
    UploadRow(
      code: "dependency-elsewhere", isRefusal: false,
      texts: [
        "all dependencies must have a version requirement specified", "is hosted on another registry",
        "does not specify a version",
      ],
      summary: "A crate at {registry} can depend on crates there alone, each with a version.",
      fixes: ["Give each dependency a version beside its path, and publish those first that are not there."]),
    UploadRow(
      code: "cargo-too-old", isRefusal: false, texts: ["pass `-z package-workspace` to enable it"],
      summary: "This cargo publishes one crate at a time.",
      fixes: [
        "Use cargo 1.90 or newer, or run exec once for each crate (--per-file does), those that others depend on first."
      ]),
    UploadRow(
      code: "files-changed", isRefusal: false, texts: ["contain changes that were not yet committed into git"],
      summary: "cargo publishes no files that differ from the commit.",
      fixes: [
        "Let the job change no file before it publishes, or commit the change; --allow-dirty publishes them all the same."
      ]),
    UploadRow(
      code: "read-only", texts: ["crates.io is currently in read-only mode", "this route is temporarily blocked"],
      summary: "{registry} takes no uploads at the moment.",
      fixes: ["Look at https://status.crates.io, and run the same command again later."]),
    UploadRow(
      code: "host-unreachable", certainty: .likely, isRefusal: false,
      texts: [
        "could not resolve host", "could not connect to server", "failed to connect to",
        "download of config.json failed",
      ],
      summary: "cargo could not reach {registry} or its index.",
      fixes: ["Look at the address that the text names, and at the job's DNS and proxy (https_proxy, no_proxy)."]),
    UploadRow(
      code: "reason-hidden", certainty: .possible,
      texts: ["failed to publish to registry at", "the remote server responded with an error"],
      summary: "{registry} refused the upload.", fixes: ["Read what cargo printed above."]),
  ]
  private static let search = TextSearch(rows.flatMap(\.texts))

  /// Why publishing failed, by the text that says most; nil if no known text is there.
  static func failure(_ output: String, at registry: String) -> PublishingFailure? {
    let text = LogText(output.lowercased().utf8)
    let found = search.found(in: text)
    guard let row = rows.first(where: { row in row.texts.contains { found[$0] != nil } }) else { return nil }
    let end = row.texts.compactMap { sign in found[sign].map { $0 + sign.utf8.count } }.min() ?? 0
    let name = String(decoding: text.bytes[end...].prefix(64).prefix { $0 != 0x60 }, as: UTF8.self)
    func filled(_ sentence: Message) -> Message {
      sentence.filled { part in
        switch part {
        case "registry": Message(Neutralized(registry))
        case "name": Message(Neutralized(name, limit: 64))
        default: nil
        }
      }
    }
    return PublishingFailure(
      Cause(row.code, row.certainty, filled(row.summary), fixes: row.fixes.map(filled)), isRefusal: row.isRefusal)
  }
}
