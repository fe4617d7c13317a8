import BrokerCore

/// One publisher to register: what goes into which field of which form.
struct PublisherEntry: Sendable {
  /// A field of the form.
  struct Field: Sendable {
    /// The name that `expect` has for it.
    let name: String
    /// The form's label.
    let label: Message
    /// What goes into it; nil if it stays empty, or is not known.
    let value: Sourced<String>?
    /// Whether it is known what goes into it.
    let isKnown: Bool
  }

  /// What a person has to do about it.
  enum State: String, CaseIterable, Sendable {
    /// All values are known: to be registered as it is.
    case register
    /// A value is not known.
    case complete
    /// Nothing can be registered.
    case cannot

    /// The heading of the group.
    var title: Message {
      switch self {
      case .register: "To register"
      case .complete: "To complete first: a value is not known"
      case .cannot: "Cannot be registered"
      }
    }
  }

  /// What has to be done.
  var state: State {
    if obstacle != nil { return .cannot }
    return fields.allSatisfy(\.isKnown) && project != nil ? .register : .complete
  }

  /// The form's fields and the project in one line.
  var summary: Message {
    fields.map { field -> Message in
      "\(Neutralized(field.name)) \(field.value.map { Message(DeceptiveText.marked($0.value)) } ?? (field.isKnown ? "(none)" : "(not known)"))"
    }.joined(separator: ", ")
  }

  /// The repository, as `OWNER/NAME`, with its server where that is not the hosted one, or the folder where that is not known.
  let repository: Message
  /// The registry's name.
  let registry: String
  /// The form's name.
  let provider: String
  /// The label of the field for it that only the form for new projects has.
  let projectLabel: Message
  /// The project.
  let project: Sourced<String>?
  /// The form's fields, in its order.
  let fields: [Field]
  /// The project's own form, filled in; nil without a project.
  let projectAddress: Message?
  /// How the registry compares the fields, as a sentence; nil where nothing is to be said.
  let comparison: Message?
  /// What has to be there before a project that does not exist yet gets a publisher, where no form is for that.
  let newProject: Message?
  /// The form for projects that do not exist yet.
  let pendingAddress: Message?
  /// Where the environment is made; nil where nothing is to be made.
  let environmentAddress: Message?
  /// Why nothing can be registered: the form means another server; then there are neither fields nor addresses.
  let obstacle: Cause?
  /// What to look at.
  let notes: [Message]

  /// The entry for a registry.
  ///
  /// - Throws: `ErrorCode.usage` if the kind of CI is not known, or the registry has no form for it.
  init(_ values: PublisherValues, target: Target, isPackageTold: Bool = true) throws(BrokerError) {
    let repository = values.repository
    guard let family = values.family else {
      throw BrokerError(
        .usage,
        "The folder \(Neutralized.quoted(repository.folder)) does not tell whether it is built at \(repository.catalog.families).",
        remedy: "Say --provider \(repository.catalog.names("or --provider")).")
    }
    guard let rules = target.registry.capabilities.publishers, let form = rules.form(for: family) else {
      throw BrokerError(
        .usage, "It is not known how \(Neutralized(target.name)) registers publishers for \(family).",
        remedy: "See the registry's own documentation.")
    }
    registry = values.registry
    provider = family.name
    projectLabel = rules.projectLabel
    project = values.project
    let job = values.job(family)
    obstacle = rules.obstacle(job)
    let server = values.host.flatMap { $0.value.isHosted ? nil : "\($0.value.name)/" } ?? ""
    self.repository = Message(
      Neutralized(repository.remote.map { "\(server)\($0.value.path)" } ?? repository.folder))
    guard obstacle == nil else {
      (fields, projectAddress, pendingAddress, environmentAddress) = ([], nil, nil, nil)
      (comparison, newProject) = (nil, nil)
      notes = Self.notes(on: obstacle, values)
      return
    }
    let fields = form.fields.map {
      Field(
        name: $0.field.name, label: $0.label, value: values.value($0.field),
        isKnown: values.isKnown($0.field) || $0.isOptional && $0.field != .environment)
    }
    self.fields = fields
    // A form that is filled in with less than all would register something else.
    projectAddress = fields.allSatisfy(\.isKnown) ? values.project.flatMap { rules.address(job, $0.value) } : nil
    pendingAddress = rules.address(job, nil)
    newProject = pendingAddress == nil ? rules.newProject(job) : nil
    comparison = Self.comparison(form)
    environmentAddress =
      job.environment == nil
      ? nil
      : repository.address.flatMap { repository.catalog.provider(of: family)?.adoption?.environmentSettings($0) }
    notes =
      values.notes
      + (isPackageTold
        ? [] : ["The job does not say which of the checkout's projects it publishes; this is one of them."])
  }

  /// Which fields are compared without case, and which of two files.
  private static func comparison(_ form: PublisherRules.Form) -> Message? {
    let loose = form.fields.filter { $0.comparison == .ignoringCase }.map(\.label)
    let file = form.file.map { "Where one workflow calls another: \($0.words)." as Message }
    let cases: Message? = loose.isEmpty ? nil : "\(loose.joined(separator: ", ")): without case."
    return file == nil && cases == nil ? nil : [cases, file].compactMap(\.self).joined(separator: " ")
  }

  /// What can be done instead; a name out of an ssh configuration is no server's.
  private static func notes(on obstacle: Cause?, _ values: PublisherValues) -> [Message] {
    guard let obstacle else { return [] }
    let alias = values.host.map { host -> Message in
      "If \(Neutralized(host.value.name)) (\(host.origin)) is another name for a hosted service, say so with --repository OWNER/NAME and "
        + "--provider."
    }
    return [obstacle.summary] + obstacle.fixes + [alias].compactMap(\.self)
  }
}
