import BrokerCore

/// One publisher to register: what goes into which field of which form.
struct PublisherEntry: Sendable {
  /// A field of the form.
  struct Field: Sendable {
    /// The name that `expect` has for it.
    let name: String
    /// The form's label.
    let label: String
    /// What goes into it; nil if it stays empty, or is not known.
    let value: Sourced<String>?
  }

  /// The repository, as `OWNER/NAME`, or the folder where that is not known.
  let repository: String
  /// The registry's name.
  let registry: String
  /// The form's name.
  let provider: String
  /// The project.
  let project: Sourced<String>?
  /// The form's fields, in its order.
  let fields: [Field]
  /// The project's own form, filled in; nil without a project.
  let projectAddress: String?
  /// The form for projects that do not exist yet.
  let pendingAddress: String?
  /// Where the environment is made, at GitHub; nil where nothing is to be made.
  let environmentAddress: String?
  /// What to look at.
  let notes: [String]

  /// The entry for a registry.
  ///
  /// - Throws: `ErrorCode.usage` if the kind of CI is not known, or the registry has no form for it.
  init(_ values: PublisherValues, target: any Registry) throws(BrokerError) {
    let repository = values.repository
    guard let family = values.family else {
      throw BrokerError(
        .usage,
        "\(UntrustedText.neutralized(repository.folder)) does not tell whether it is built at GitHub or GitLab.",
        remedy: "Say --provider github or --provider gitlab.")
    }
    guard let rules = target.capabilities.publishers, let form = rules.form(for: family) else {
      throw BrokerError(
        .usage, "It is not known how \(target.name) registers publishers for \(family).",
        remedy: "See the registry's own documentation.")
    }
    self.repository = UntrustedText.neutralized(
      values.repository.remote?.value.path ?? values.repository.folder)
    registry = values.registry
    provider = family.name
    project = values.project
    fields = form.fields.map { Field(name: $0.field.name, label: $0.label, value: values.value($0.field)) }
    let job = values.job(family)
    projectAddress = values.project.flatMap { rules.address(job, $0.value) }
    pendingAddress = rules.address(job, nil)
    if family == .gitHub, job.environment != nil, let remote = repository.remote?.value {
      environmentAddress = "https://\(remote.host)/\(remote.path)/settings/environments"
    } else {
      environmentAddress = nil
    }
    notes = values.notes
  }
}
