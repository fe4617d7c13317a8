/// What a pasted error or log holds: its text, and claims that a client printed.
///
/// Nothing in it is trusted.
public struct LogReading: Sendable {
  /// So many bytes of the end are read: that is where a log says why a job failed.
  public static let maximumBytes = 1024 * 1024

  /// The text on one line, without a terminal's escapes.
  public let text: String
  /// The claims that stand in it as names and values, the first of each name.
  public let claims: Claims
  /// Whether something in it looks like a whole JWT.
  public let hasIdentityToken: Bool

  /// Reads a log.
  public init(_ bytes: [UInt8]) {
    let log = String(decoding: bytes.suffix(Self.maximumBytes), as: UTF8.self)
      .replacing(#/\u{1B}\[[0-9;?]*[A-Za-z]/#, with: "")
    text = log.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    hasIdentityToken = log.firstMatch(of: #/eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/#) != nil
    claims = Claims(JSONObject(Self.members(of: log)))
  }

  /// `name: value` and `name=value`, the value bare, quoted, in backticks, or in Rust's `Some("...")`.
  private static func members(of log: String) -> [JSONObject.Member] {
    let start = SourcePosition(line: 1, column: 1)
    var members: [JSONObject.Member] = []
    let pattern = #/["'`]?\b([a-z][a-z0-9_]{1,40})["'`]?\s?[:=]\s?(?:Some\()?["'`]?([^\s"'`,})]{1,512})/#
    for match in log.matches(of: pattern) {
      let (name, value) = (String(match.1), String(match.2))
      guard !["MISSING", "None", "null", "(none)"].contains(value), members.count < 256,
        !members.contains(where: { $0.name == name })
      else { continue }
      members.append(JSONObject.Member(name: name, position: start, value: JSONNode(.string(value), at: start)))
    }
    return members
  }
}
