/// The settings that an entry of `registries` may have whatever its plug-in is.
public struct RegistrySettings: Sendable {
  /// The project that is published there (`project`); nil if the file names none.
  public let project: String?
  /// The values in force, with their origins.
  public let settings: [Setting]

  /// The keys beside `type` and the plug-in's own.
  static let keys = [
    ConfigurationKey(
      "project", summary: "the project that is published there, for explaining refusals", layering: .free),
    ConfigurationKey(
      "rules", summary: "what a job has to be to publish there", kind: .object(RuleClaim.all.map(\.key))),
  ]

  init(from object: ConfigurationObject) throws(BrokerError) {
    project = try object.string("project")
    settings = project.map { [object.setting("project", $0)] } ?? []
  }

  /// What is judged before an identity token is sent to this registry.
  public var gates: [any JobGate] { [] }
}
