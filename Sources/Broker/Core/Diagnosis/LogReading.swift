/// What a pasted error or log holds: its text, and claims that a client printed.
///
/// Nothing in it is trusted.
public struct LogReading: Sendable {
  /// How many bytes are read, from the end: there a log says why a job failed.
  public static let maximumBytes = 1024 * 1024

  /// The text on one line, without a terminal's escapes.
  public let text: String
  /// The claims that stand in it as names and values, the first of each name.
  public let claims: Claims
  /// Whether something in it looks like a whole JWT.
  public let hasIdentityToken: Bool

  /// Reads a log.
  public init(_ bytes: [UInt8]) {
    let log = LogText(bytes.suffix(Self.maximumBytes))
    text = log.line
    hasIdentityToken = log.holdsIdentityToken
    let start = SourcePosition(line: 1, column: 1)
    claims = Claims(
      JSONObject(
        log.members(limit: 256).map { member in
          JSONObject.Member(name: member.name, position: start, value: JSONNode(.string(member.value), at: start))
        }))
  }
}
