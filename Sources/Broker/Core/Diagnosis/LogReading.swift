/// What a pasted error or log holds: its text, and claims that a client printed.
///
/// Nothing in it is trusted.
public struct LogReading: Sendable {
  /// How many bytes are read, from the end: there a log says why a job failed.
  public static let maximumBytes = 1024 * 1024

  /// The text on one line, without a terminal's escapes, a runner's times, and identity tokens.
  public let text: String
  /// Its lines.
  public let lines: [String]
  /// The claims that stand in it as names and values, the first of each name: first those behind the last mention of claims,
  /// then all.
  public let claims: [PrintedClaims]
  /// Whether something in it looks like a whole JWT.
  public let hasIdentityToken: Bool

  /// Reads a log.
  public init(_ bytes: [UInt8]) {
    let whole = LogText(bytes.suffix(Self.maximumBytes))
    hasIdentityToken = !whole.identityTokens.isEmpty
    let log = hasIdentityToken ? whole.withoutIdentityTokens : whole
    text = log.line
    lines = log.lines
    // Tools lay a claim out over several lines, which wrap where they want.
    let line = LogText(text.utf8)
    claims = [line.rest(behindLast: "laims"), line].map { PrintedClaims($0.members(limit: 256)) }
  }
}

/// Claims that a client printed.
public struct PrintedClaims: Sendable {
  /// Those that have a value.
  public let claims: Claims
  /// The names of those of which the text says that the token has none.
  public let absent: Set<String>

  init(_ members: [(name: String, value: String?)]) {
    let start = SourcePosition(line: 1, column: 1)
    claims = Claims(
      JSONObject(
        members.compactMap { name, value in
          value.map { JSONObject.Member(name: name, position: start, value: JSONNode(.string($0), at: start)) }
        }))
    absent = Set(members.filter { $0.value == nil }.map(\.name))
  }
}
