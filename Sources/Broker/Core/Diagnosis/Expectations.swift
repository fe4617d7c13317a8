/// Who a configuration expects the publishing job to be (`expect`): what the trusted publisher was registered with.
public struct Expectations: Sendable, Equatable {
  /// The expected values, in the order of the file; a field that is missing is not compared.
  public let fields: [(field: JobField, value: String)]
  /// The kind of issuer that the fields belong to; nil if they say nothing about it.
  public let family: IssuerFamily?
  /// Where the values that a file gives stand.
  public private(set) var origins: [JobField: Setting.Origin] = [:]

  /// Expectations of the given fields of a kind of job.
  public init(_ fields: [(field: JobField, value: String)], of family: IssuerFamily? = nil) {
    self.fields = fields
    self.family = family
  }

  /// The expected value of a field.
  public subscript(field: JobField) -> String? { fields.first { $0.field == field }?.value }

  /// The fields that jobs of these kinds have, each once.
  private static func known(_ jobs: [JobKind]) -> [JobField] {
    var known: [JobField] = []
    for field in jobs.flatMap(\.fields) + [.environment] where !known.contains(field) { known.append(field) }
    return known
  }

  /// The keys for jobs of these kinds.
  static func keys(_ jobs: [JobKind]) -> [ConfigurationKey] {
    known(jobs).map { ConfigurationKey($0.name, summary: "the \($0.words)") }
  }

  /// Decodes `expect` for jobs of these kinds.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` for unknown keys, and for keys of two providers in one object.
  init(from object: ConfigurationObject, jobs: [JobKind]) throws(BrokerError) {
    let known = Self.known(jobs)
    try object.refuseUnknownKeys(known: known.map(\.name))
    var fields: [(field: JobField, value: String)] = []
    var possible = jobs
    for field in known {
      guard let text = try object.string(field.name) else { continue }
      origins[field] = object.origin(of: field.name)
      let left = possible.filter { field == .environment || $0.fields.contains(field) }
      guard !left.isEmpty else {
        let first = fields.first { $0.field != .environment }?.field
        throw object.error(
          field.name,
          "belongs to \(Self.owners(of: field, jobs)), and \(first.map { Message($0.words) } ?? "another") to "
            + possible.map(\.family).joined(separator: " or "),
          remedy: "Expect the job of one provider.")
      }
      possible = left
      fields.append((field, text))
    }
    guard !fields.isEmpty else {
      throw object.error("", "is empty", remedy: "Name what is expected, for example \"environment\": \"release\".")
    }
    self.fields = fields
    family = possible.count == 1 && jobs.count > 1 ? possible[0].family : nil
  }

  private static func owners(of field: JobField, _ jobs: [JobKind]) -> Message {
    jobs.filter { $0.fields.contains(field) }.map(\.family).joined(separator: " or ")
  }

  /// The values as text: `owner octo-org, workflow release.yml`.
  var summary: String { fields.map { "\($0.field.words) \($0.value)" }.joined(separator: ", ") }

  /// Whether both expect the same.
  public static func == (left: Expectations, right: Expectations) -> Bool {
    left.family == right.family && left.fields.elementsEqual(right.fields) { $0 == $1 }
  }
}
