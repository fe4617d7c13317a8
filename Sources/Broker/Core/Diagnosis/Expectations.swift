/// Who a configuration expects the publishing job to be (`expect`): what the trusted publisher was registered with.
public struct Expectations: Sendable, Equatable {
  /// The expected values; a field that is missing is not compared.
  public let values: [JobField: String]
  /// Where the values that a file gives stand.
  public private(set) var origins: [JobField: Setting.Origin] = [:]

  /// Expectations of the given fields.
  public init(_ values: [JobField: String]) {
    self.values = values
  }

  /// The kind of issuer that the fields belong to; nil if they say nothing about it.
  public var family: IssuerFamily? { JobField.allCases.lazy.filter { values[$0] != nil }.compactMap(\.family).first }

  /// The keys, for a configuration's help.
  static let keys = JobField.allCases.map { ConfigurationKey($0.rawValue, summary: "the \($0.words)") }

  /// Decodes `expect`.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` for unknown keys, and for keys of two providers in one object.
  init(from object: ConfigurationObject) throws(BrokerError) {
    try object.refuseUnknownKeys(known: Self.keys.map(\.name))
    var values: [JobField: String] = [:]
    for field in JobField.allCases {
      guard let text = try object.string(field.rawValue) else { continue }
      values[field] = text
      origins[field] = object.origin(of: field.rawValue)
      let first = JobField.allCases.first { values[$0] != nil && $0.family != nil }
      guard let first, let family = field.family, first.family != family else { continue }
      throw object.error(
        field.rawValue, "belongs to \(family), and \(first.rawValue) to \(first.family ?? family)",
        remedy: "Expect the job of one provider.")
    }
    guard !values.isEmpty else {
      throw object.error("", "is empty", remedy: "Name what is expected, for example \"workflow\": \"release.yml\".")
    }
    self.values = values
  }

  /// The values as text: `owner octo-org, workflow release.yml`.
  var summary: String {
    JobField.allCases.compactMap { field in values[field].map { "\(field.words) \($0)" } }.joined(separator: ", ")
  }
}
