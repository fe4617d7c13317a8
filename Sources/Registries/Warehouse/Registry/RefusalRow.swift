import BrokerCore

/// A meaning of a refusal: the texts that show it, and the cause as data.
///
/// In its sentences `{registry}` stands for the registry's name, `{accepted}` for the issuers that it accepts, `{issuer}`
/// and `{address}` for the token's, and `{claim}` for the claim that the registry names.
struct RefusalRow: Sendable {
  /// Texts of which the registry's has one; empty where its code says enough.
  var texts: [String] = []
  /// The cause's name.
  let code: Message
  var certainty = Cause.Certainty.certain
  let summary: Message
  let fixes: [Message]
  /// Whether the job and its token are such as this row means.
  var when: @Sendable (RefusalReading) -> Bool = { _ in true }
  /// The fields to compare.
  var fields: @Sendable (RefusalReading) -> [Cause.Field] = { _ in [] }
  /// Where to change it.
  var address: @Sendable (RefusalReading) -> Message? = { _ in nil }
  /// Lines to paste.
  var snippet: @Sendable (DiagnosisInput) -> Snippet? = { _ in nil }
  /// The cause of the job's review that says the same with the job's values; it goes before this one.
  var reviewed: Message?
  /// The remedy of the error, where it is not the code's.
  var remedy: Message?
  /// Whether the row below it is a cause as well.
  var isFollowed = false

  /// Whether the registry's text shows it.
  func fits(_ text: String) -> Bool { texts.isEmpty || texts.contains(where: text.contains) }
}

/// A code of a refused exchange.
struct RefusalCode: Sendable {
  let name: String
  /// Whether the registry found no publisher.
  var isAboutPublisher = false
  /// Whether the token itself shows what is wrong, before any row does.
  var isAboutToken = false
  /// Texts that stand for the code where a client leaves it out.
  let words: [String]
  /// What the error says, one sentence.
  let remedy: Message
  /// The meanings; the first that fits counts.
  let rows: [RefusalRow]
}

/// An answer that has no code, but a status that says enough.
struct RefusalStatus: Sendable {
  let status: Int
  /// The step that is answered so; nil for any.
  let step: IndexRefusal.Step?
  /// What stands behind the registry's name and host.
  let message: Message
  let remedy: Message
  let row: RefusalRow
  /// Whether the server says it in words; without them it is likely only.
  var isSaid = false
}
