import BrokerCore

/// Reads a refusal of PyPI's by the table.
struct RefusalReading: Sendable {
  let forms: PublisherForms
  let text: String
  let input: DiagnosisInput

  init(_ text: String, _ input: DiagnosisInput, forms: PublisherForms) {
    self.forms = forms
    self.text = text
    self.input = input
  }

  /// A reading of a job alone.
  init(_ job: JobIdentity, forms: PublisherForms) {
    var input = DiagnosisInput(BrokerError(.checkFailed, ""), registry: forms.registry)
    input.job = job
    self.init("", input, forms: forms)
  }

  /// What an index knows of its refusals.
  ///
  /// The answers of a site itself may be printed; those of somebody's own index could hold commands to a runner.
  static func refusals(
    of forms: PublisherForms, isUsual: Bool, isSite: Bool = false,
    distributions: PythonDistributions = PythonDistributions()
  ) -> RegistryRefusals {
    RegistryRefusals(
      explain: { refusal, input in
        RefusalReading(refusal.text, input, forms: forms).causes(of: RefusalTable.code(refusal.code))
      }, recognise: refusal, publishing: { failure($0, of: $1, distributions, at: forms.registry) },
      remaining: HiddenReason(registry: forms.registry, isSite: isSite).causes, isUsual: isUsual,
      mayBePrinted: isSite)
  }

  // MARK: Causes

  private func causes(of code: RefusalCode) -> [Cause] {
    let shown = code.isAboutToken ? TokenDiagnosis(input).causes : []
    return shown.isEmpty ? rows(of: code).map(cause) : shown
  }

  /// The row that is meant, and the one below it if that is a cause as well.
  func rows(of code: RefusalCode) -> ArraySlice<RefusalRow> {
    guard let first = code.rows.firstIndex(where: fits) else { return [] }
    return code.rows[first...].prefix(code.rows[first].isFollowed ? 2 : 1)
  }

  /// Whether a row is the one that is meant.
  func fits(_ row: RefusalRow) -> Bool { row.fits(text) && row.when(self) }

  /// The cause of a row.
  func cause(_ row: RefusalRow) -> Cause {
    let review = row.reviewed == nil ? [] : input.job.map { JobReview(forms: forms, job: $0).causes } ?? []
    return review.first { $0.code == row.reviewed }
      ?? Cause(
        row.code, row.certainty, filled(row.summary), fixes: row.fixes.map(filled), fields: row.fields(self),
        address: row.address(self), snippet: row.snippet(input))
  }

  private func filled(_ sentence: Message) -> Message {
    sentence.filled { name in
      switch name {
      case "registry": Message(Neutralized(input.registry))
      case "accepted": Issuers.accepted.clause(for: input.registry, but: Issuers.refused.first { $0.isOf(issuer) })
      case "issuer": issuer.isEmpty ? "The identity token's issuer" : "The issuer \(Neutralized.quoted(issuer))"
      case "address": Message(Neutralized(issuer, limit: 255))
      case "claim": Message(Neutralized(claim, limit: 64))
      default: nil
      }
    }
  }

  // MARK: What rows are made of

  /// Whether the job is known, and of another kind of issuer.
  func isOtherFamily(than family: IssuerFamily) -> Bool { input.job.map { $0.family != family } ?? false }

  /// The issuer of the token.
  var issuer: String { input.job?.issuer ?? name(after: "ssuer ") ?? "" }

  /// The claim that the registry names: `Missing claim 'jti'`, `(The ref and sha claims are empty)`.
  private var claim: String {
    if let name = name(after: "claim ") { return name }
    let words = [" claim is empty", " claims are empty"].lazy.compactMap { text.firstRange(of: $0) }.first
    return words.map { text[..<$0.lowerBound] }?.parts(separatedBy: "The ").last.map(String.init) ?? "ref"
  }

  /// The name in single quotes behind some words.
  private func name(after words: String) -> String? {
    text.firstRange(of: "\(words)'").map { String(text[$0.upperBound...].prefix { $0 != "'" }) }
  }

  /// The fields of the form that the job would match.
  var jobFields: [Cause.Field] { input.job.flatMap { input.rules?.fields(for: $0) } ?? [] }

  /// The address of the form for a project; nil for one that does not exist.
  func form(of project: String?) -> Message? { forms.address(input.job, project: project) }

  /// The pipeline files that the publisher and the job have, without their refs.
  private var files: (expected: String?, got: String?) {
    (
      text.firstRange(of: "['").map { String(text[$0.upperBound...].prefix { $0 != "@" && $0 != "'" }) },
      (input.job?.jobWorkflow ?? name(after: "got ")).map { String($0.prefix { $0 != "@" }) }
    )
  }

  /// The same as a field.
  var pipelineFile: [Cause.Field] { [Cause.Field("Project and pipeline file", files.got, expected: files.expected)] }

  /// Whether the two are equal but for their case.
  var differsInCaseAlone: Bool {
    guard case (let expected?, let got?) = files else { return false }
    return expected != got && expected.lowercased() == got.lowercased()
  }

  // MARK: Logs

  /// A refused exchange, by its code, or by the words that stand for one where a client leaves it out.
  private static func refusal(in log: String) -> Refusal? {
    let log = LogText(log.utf8)
    let found = signSearch.found(in: log)
    for (words, code) in signs {
      guard let start = found[words] else { continue }
      return Refusal(
        status: 422, code: code.name, text: String(decoding: log.bytes[start...].prefix(512), as: UTF8.self),
        isAboutPublisher: code.isAboutPublisher)
    }
    return nil
  }

  private static let signs =
    RefusalTable.codes.map { ($0.name, $0) } + RefusalTable.codes.flatMap { code in code.words.map { ($0, code) } }
  private static let signSearch = TextSearch(signs.map(\.0))

  /// Why publishing failed, by the text that says most.
  static func failure(
    _ output: String, of files: [String] = [], _ distributions: PythonDistributions = PythonDistributions(),
    at registry: String
  ) -> PublishingFailure? {
    let found = UploadTable.search.found(in: LogText(output.lowercased().utf8))
    let row = UploadTable.rows.first { row in row.fits(found) { distributions.newestMetadata(of: files) } }
    var failure = row?.failure(at: registry, in: output)
    failure?.status = UploadTable.statuses.first { $0.row.fits(found) }?.status
    return failure
  }
}
