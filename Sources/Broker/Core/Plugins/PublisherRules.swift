/// What a registry compares a job with: the fields of its trusted-publisher forms, one form for each kind of issuer, and
/// what it refuses whatever is registered.
public struct PublisherRules: Sendable {
  /// How the registry compares a field.
  public enum Comparison: Sendable {
    /// Byte for byte.
    case exact
    /// Without regard to case.
    case ignoringCase
  }

  /// One field of a form.
  public struct Field: Sendable {
    /// What it holds.
    public let field: JobField
    /// The field's label on the form.
    public let label: Message
    /// The name that fills the field when it stands in the form's address; nil if the form cannot be filled.
    public let parameter: String?
    /// How the registry compares it.
    public let comparison: Comparison
    /// Whether a publisher may leave it open; an environment always may.
    public let isOptional: Bool

    /// A field.
    public init(
      _ field: JobField, _ label: Message, parameter: String? = nil, comparison: Comparison = .exact,
      isOptional: Bool = false
    ) {
      self.isOptional = isOptional || field == .environment
      self.field = field
      self.label = label
      self.parameter = parameter
      self.comparison = comparison
    }
  }

  /// The form for one kind of issuer.
  public struct Form: Sendable {
    /// The kind of issuer.
    public let family: IssuerFamily
    /// The fields in the form's order.
    public let fields: [Field]
    /// What a registry notes by itself when a publisher is registered, and compares as well.
    public struct Noted: Sendable {
      /// What it is, as words in a sentence.
      public let label: Message
      /// What it is, as a label in a table that says that no form has it.
      public let title: Message
      /// The name of the cause that it changed.
      public let code: Message
      /// The job's value.
      public let value: @Sendable (JobIdentity) -> String?

      /// Something that is noted.
      public init(
        _ label: Message, title: Message, code: Message, _ value: @escaping @Sendable (JobIdentity) -> String?
      ) {
        self.label = label
        self.title = title
        self.code = code
        self.value = value
      }
    }

    /// What is not on the form.
    public let noted: [Noted]
    /// Which file of a job is compared; nil where a job has one alone.
    public let file: ComparedFile?

    /// A form.
    public init(_ family: IssuerFamily, fields: [Field], noted: [Noted] = [], file: ComparedFile? = nil) {
      self.family = family
      self.fields = fields
      self.noted = noted
      self.file = file
    }
  }

  /// The label of the project's name on the forms for projects that the registry does not know.
  public let projectLabel: Message
  /// The forms.
  public let forms: [Form]
  /// What the registry will refuse a job for, or may: certain causes hold whatever is registered.
  public let review: @Sendable (JobIdentity) -> [Cause]
  /// Why no publisher can be registered for a job by filling a form in: the form means another issuer than the job's.
  ///
  /// Nil if one can, as far as the job says.
  public let obstacle: @Sendable (JobIdentity) -> Cause?
  /// How a publisher for a project that does not exist yet ends, as a sentence; nil if there are none, or it is not known.
  public let pending: Message?
  /// Where a publisher for a job is registered: for a project that exists, filled in where the form can be; for nil, for one
  /// that may not.
  ///
  /// Nil where there is an ``obstacle``.
  public let address: @Sendable (JobIdentity?, _ project: String?) -> Message?

  /// What has to be there before a job can publish a project that the registry does not know, in a clause; nil if that is
  /// not known.
  public let newProject: @Sendable (JobIdentity?) -> Message?
  /// Whether a refusal says which field differs, so that nothing is left to compare.
  public let namesDifference: Bool

  /// Rules made of forms, and what is known beside them.
  public init(
    forms: [Form], projectLabel: Message = "Project", pending: Message? = nil,
    review: @escaping @Sendable (JobIdentity) -> [Cause] = { _ in [] },
    obstacle: @escaping @Sendable (JobIdentity) -> Cause? = { _ in nil },
    address: @escaping @Sendable (JobIdentity?, _ project: String?) -> Message? = { _, _ in nil },
    newProject: @escaping @Sendable (JobIdentity?) -> Message? = { _ in nil }, namesDifference: Bool = false
  ) {
    self.namesDifference = namesDifference
    self.newProject = newProject
    self.forms = forms
    self.projectLabel = projectLabel
    self.pending = pending
    self.review = review
    self.obstacle = obstacle
    self.address = address
  }

  /// The form for a kind of issuer; nil if there is none.
  public func form(for family: IssuerFamily) -> Form? { forms.first { $0.family == family } }

  /// Whether publishers for a kind of issuer may name a field; of a kind without a form it is not known, and they may.
  public func compares(_ field: JobField, for family: IssuerFamily) -> Bool {
    form(for: family).map { $0.fields.contains { $0.field == field } } ?? true
  }

  /// What follows of it that a project is not there, as the end of a sentence.
  public func missing(_ job: JobIdentity) -> Message {
    if pending != nil { return ", so that only a pending publisher for it can match" }
    return newProject(job).map { ": \($0)" } ?? ", and it is not known whether a job may make one"
  }

  /// The fields that `job` would match, and what is noted beside them; for an unknown kind of issuer there are none.
  ///
  /// An issuer that the form does not mean comes first: the same names are somebody else's there.
  public func fields(for job: JobIdentity) -> [Cause.Field] {
    guard let form = form(for: job.family) else { return [] }
    return (obstacle(job) == nil ? [] : [Cause.Field("Issuer", job.issuer)])
      + form.fields.filter { !job.unknown.contains($0.field) }.map { Cause.Field($0.label, $0.field.value(of: job)) }
      + form.noted.compactMap { noted in noted.value(job).map { Cause.Field(noted.title, $0) } }
  }

  /// The same as facts; a field without a value says `(none)`.
  public func facts(for job: JobIdentity) -> [BrokerError.Fact] {
    fields(for: job).map { BrokerError.Fact($0.label, $0.value ?? "(none)") }
  }
}
