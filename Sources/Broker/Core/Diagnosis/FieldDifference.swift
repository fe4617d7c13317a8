/// A field in which a job differs from what is expected of it.
public struct FieldDifference: Sendable, Equatable {
  /// The field.
  public let field: JobField
  /// Its label on the registry's form.
  public let label: Message
  /// The job's value; nil if it has none.
  public let actual: String?
  /// The value in its place.
  public let expected: String

  /// The fields of `values` in which a job is known to differ, compared as the registry does: without rules, byte for byte.
  public static func between(
    _ job: JobIdentity, and values: [(field: JobField, value: String)], rules: PublisherRules?
  ) -> [FieldDifference] {
    let fields = rules?.form(for: job.family)?.fields
    return values.compactMap { field, expected in
      guard !job.unknown.contains(field) else { return nil }
      let known = fields?.first { $0.field == field }
      let actual = field.value(of: job)
      let isEqual =
        known?.comparison == .ignoringCase ? actual?.lowercased() == expected.lowercased() : actual == expected
      return isEqual
        ? nil
        : FieldDifference(field: field, label: known?.label ?? Message(field.words), actual: actual, expected: expected)
    }
  }

  /// How the two differ, as the end of a sentence.
  public var manner: Message {
    guard let actual else { return "the job has none" }
    if actual.lowercased() == expected.lowercased() { return "they differ in case" }
    if DeceptiveText.looksLike(actual, expected) { return "they look alike, but characters differ" }
    return "the job has another"
  }

  /// The stable name of the cause: `environment-missing`, `workflow-differs`.
  public var code: Message {
    actual == nil ? "\(Neutralized(field.name))-missing" : "\(Neutralized(field.name))-differs"
  }

  /// Both values side by side.
  public var row: Cause.Field { Cause.Field(label, actual, expected: expected) }
}
