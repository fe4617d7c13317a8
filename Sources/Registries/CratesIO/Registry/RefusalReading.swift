import BrokerCore

/// Reads a refusal of crates.io's by the table.
struct RefusalReading {
  let registry: String
  let text: String
  let input: DiagnosisInput

  /// What is known of crates.io's refusals.
  static func refusals(registry: String) -> RegistryRefusals {
    RegistryRefusals(
      explain: { refusal, input in
        RefusalReading(registry: registry, text: refusal.text, input: input).causes(status: refusal.status)
      }, recognise: refusal, publishing: { output, _ in UploadTable.failure(output, at: registry) }, mayBePrinted: true)
  }

  private func causes(status: Int) -> [Cause] {
    guard let row = RefusalTable.row(for: text, status: status) else { return [] }
    let shown = row.isAboutToken ? TokenDiagnosis(input).causes : []
    guard shown.isEmpty else { return shown }
    return [
      Cause(
        row.code, row.certainty, filled(row.summary), fixes: row.fixes.map(filled), fields: fields(of: row),
        address: row.isAboutPublisher ? input.rules?.address(input.job, input.project) : nil,
        snippet: snippet(of: row))
    ]
  }

  /// The field that differs with the expected values beside the job's; where none is named, all that are compared.
  private func fields(of row: RefusalRow) -> [Cause.Field] {
    guard let compared = row.compared else {
      return row.isAboutPublisher ? input.job.flatMap { input.rules?.fields(for: $0) } ?? [] : []
    }
    let value = input.job.map(compared.value) ?? named.dropFirst().first
    return [Cause.Field(compared.label, value, expected: expected(behind: compared.words))]
  }

  private func snippet(of row: RefusalRow) -> Snippet? {
    if row.compared?.label == "Environment name", let expected = expected(behind: "Expected environments: ") {
      return input.guide.environment(expected.components(before: " or "))
    }
    return row.code == "token-reused" ? input.audience.flatMap { input.guide.spareToken($0) } : nil
  }

  /// The values that the text expects: `a or b`; nil if it names none.
  private func expected(behind words: String) -> String? {
    guard let range = text.firstRange(of: words) else { return nil }
    let rest = text[range.upperBound...]
    let list = rest.firstRange(of: ". Please").map { rest[..<$0.lowerBound] } ?? rest
    let values = list.split(separator: ",").map { $0.filter { $0 != "`" && $0 != " " } }.filter { !$0.isEmpty }
    return values.isEmpty ? nil : values.joined(separator: " or ")
  }

  /// What the text names in back quotes, in order.
  private var named: [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }

  private func filled(_ sentence: Message) -> Message {
    sentence.filled { name in
      switch name {
      case "registry": Message(Neutralized(registry))
      case "name": Message(Neutralized(named.first ?? "it", limit: 128))
      default: nil
      }
    }
  }

  // MARK: Logs

  /// A refused exchange in a log: by the first of the texts that are crates.io's alone.
  private static func refusal(in log: String) -> Refusal? {
    let found = signSearch.found(in: LogText(log.utf8))
    guard let sign = signs.first(where: { found[$0] != nil }), let start = found[sign] else { return nil }
    let bytes = LogText(log.utf8).bytes
    let text = String(decoding: bytes[start...].prefix(512), as: UTF8.self)
    let end = text.firstRange(of: "\"").map { String(text[..<$0.lowerBound]) } ?? text
    let row = RefusalTable.row(for: end, status: nil)
    return Refusal(status: 400, code: nil, text: end, isAboutPublisher: row?.isAboutPublisher ?? false)
  }

  private static let signs = [
    "Failed to decode JWT", "Unsupported JWT issuer: ", "Missing JWT key ID", "Invalid JWT key ID",
    "JWT has already been used", "Trusted Publishing does not support the `",
    "No Trusted Publishing config found for repository `", "The Trusted Publishing config for repository `",
  ]
  private static let signSearch = TextSearch(signs)
}

extension String {
  /// What stands before a separator; the whole without one.
  fileprivate func components(before separator: String) -> String {
    firstRange(of: separator).map { String(self[..<$0.lowerBound]) } ?? self
  }
}
