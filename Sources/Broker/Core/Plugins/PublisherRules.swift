/// What a registry compares a job with: the fields of its trusted-publisher forms, one form for each kind of issuer.
public struct PublisherRules: Sendable {
  /// One field of a form.
  public struct Field: Sendable {
    /// The field's label on the form.
    public let label: String
    /// The value that this job would match; nil if the job has none.
    public let value: @Sendable (JobIdentity) -> String?

    /// A field.
    public init(_ label: String, _ value: @escaping @Sendable (JobIdentity) -> String?) {
      self.label = label
      self.value = value
    }
  }

  /// The form for one kind of issuer.
  public struct Form: Sendable {
    /// The kind of issuer.
    public let family: IssuerFamily
    /// The fields in the form's order.
    public let fields: [Field]

    /// A form.
    public init(_ family: IssuerFamily, fields: [Field]) {
      self.family = family
      self.fields = fields
    }
  }

  /// The forms.
  public let forms: [Form]

  /// Rules made of forms.
  public init(forms: [Form]) {
    self.forms = forms
  }

  /// The fields that `job` would match, as facts.
  ///
  /// A field without a value says `(none)`; for an unknown kind of issuer there are no fields.
  public func facts(for job: JobIdentity) -> [BrokerError.Fact] {
    guard let form = forms.first(where: { $0.family == job.family }) else { return [] }
    return form.fields.map { BrokerError.Fact($0.label, $0.value(job) ?? "(none)") }
  }
}
