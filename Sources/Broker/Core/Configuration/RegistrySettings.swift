/// The settings that an entry of `registries` may have whatever its plug-in is.
public struct RegistrySettings: Sendable {
  /// The project that is published there (`project`); nil if the file names none.
  public let project: String?
  /// Who the publishing job is expected to be (`expect`), by each layer that says so; all of them hold.
  public let expectations: [Expectations]
  /// The values in force, with their origins.
  public let settings: [Setting]

  /// The keys beside `type` and the plug-in's own.
  static func keys(_ jobs: [JobKind]) -> [ConfigurationKey] {
    [
      ConfigurationKey(
        "project", summary: "the project that is published there, for explaining refusals", layering: .free),
      ConfigurationKey(
        "expect", summary: "who the publishing job has to be, as its publisher was registered",
        kind: .object(Expectations.keys(jobs)), layering: .free),
      ConfigurationKey(
        "rules", summary: "what a job has to be to publish there", kind: .object(RuleClaim.all.map(\.key))),
    ]
  }

  /// The names of these keys.
  static let names = keys([]).map(\.name)

  /// The settings of an entry with what it inherits, and of each layer alone.
  init(from object: ConfigurationObject, layers: [ConfigurationObject], jobs: [JobKind]) throws(BrokerError) {
    project = try object.string("project")
    var expectations: [Expectations] = []
    var settings = project.map { [object.setting("project", $0)] } ?? []
    for layer in layers {
      guard let object = try layer.child("expect") else { continue }
      let expected = try Expectations(from: object, jobs: jobs)
      expectations.append(expected)
      settings.append(layer.setting("expect", expected.summary))
    }
    self.expectations = expectations
    self.settings = settings
  }
}
