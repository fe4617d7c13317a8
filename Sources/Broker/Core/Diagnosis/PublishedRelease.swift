/// The publisher that a registry published with a release's attestation: a hint at its settings, not the settings.
public struct PublishedRelease: Sendable {
  /// The project.
  public let project: String
  /// The release.
  public let version: String
  /// The kind of issuer.
  public let family: IssuerFamily
  /// What the publisher was registered with; a field that it left open is missing.
  public let values: [(field: JobField, value: String)]

  /// A release and its publisher.
  public init(project: String, version: String, family: IssuerFamily, values: [(field: JobField, value: String)]) {
    self.project = project
    self.version = version
    self.family = family
    self.values = values.filter { !$0.value.isEmpty }
  }

  /// The release as words: `1.4.2 of sample`.
  public var words: Message {
    "\(Neutralized(version, limit: 64)) of \(Neutralized(project, limit: 128))"
  }

  /// The value of a field; nil if the publisher left it open.
  public subscript(field: JobField) -> String? { values.first { $0.field == field }?.value }

  /// The publisher as words, with a field that is not among the usual: `release.yml with environment "pypi"`.
  public func publisher(besides field: JobField? = nil) -> Message {
    Self.account(self[.serviceAccount])
      ?? Self.words(
        values.first { $0.field.role == .file }?.value, self[.environment], field.flatMap { Self.named($0, self[$0]) })
  }

  /// A job as words of the same form.
  public static func words(of job: JobIdentity, besides field: JobField? = nil) -> Message {
    account(job.fields[.serviceAccount])
      ?? words(
        job.fields.first { $0.key.role == .file }?.value, job.environment,
        field.flatMap { named($0, $0.value(of: job)) })
  }

  /// The account that a publisher is; nil for one that a file defines.
  private static func account(_ address: String?) -> Message? {
    address.map { "the service account \(DeceptiveText.marked($0))" }
  }

  private static func words(_ file: String?, _ environment: String?, _ other: Message?) -> Message {
    let name: Message = file.map { Message(DeceptiveText.marked($0)) } ?? "an unnamed file"
    let place: Message = environment.map { " with environment \(Neutralized.marked($0))" } ?? " without environment"
    return "\(name)\(place)\(other ?? "")"
  }

  /// A field that neither the file nor the environment shows: ` of the owner "octo-org"`.
  private static func named(_ field: JobField, _ value: String?) -> Message? {
    guard field.role == .repository || field.role == .other, let value else { return nil }
    return " of the \(field.words) \(Neutralized.marked(value))"
  }
}
