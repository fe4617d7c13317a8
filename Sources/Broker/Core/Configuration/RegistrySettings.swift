/// The settings that an entry of `registries` may have whatever its plug-in is.
public struct RegistrySettings: Sendable {
  /// The project that is published there (`project`); nil if the file names none.
  public let project: String?
  /// Who the publishing job is expected to be (`expect`), by each layer that says so; all of them hold.
  public let expectations: [Expectations]
  /// Whether credentials are narrowed (`narrow`); nil where the file does not say.
  public let narrowing: NarrowingMode?
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
        "narrow",
        summary: "whether credentials are made good for what is published alone: true, false, or \"required\"",
        kind: .flagOr(["required"]), layering: .tightening),
      ConfigurationKey(
        "rules", summary: "what a job has to be to publish there", kind: .object(RuleClaim.all.map(\.key))),
    ]
  }

  /// The names of these keys.
  static let names = keys([]).map(\.name)

  /// The settings of an entry with what it inherits, and of each layer alone.
  init(from object: ConfigurationObject, layers: [ConfigurationObject], jobs: [JobKind]) throws(BrokerError) {
    project = try object.string("project")
    narrowing = try Self.narrowing(in: object)
    var expectations: [Expectations] = []
    var settings = project.map { [object.setting("project", $0)] } ?? []
    if let narrowing { settings.append(object.setting("narrow", Self.text(of: narrowing).text)) }
    for layer in layers {
      guard let object = try layer.child("expect") else { continue }
      let expected = try Expectations(from: object, jobs: jobs)
      expectations.append(expected)
      settings.append(layer.setting("expect", expected.summary))
    }
    self.expectations = expectations
    self.settings = settings
  }

  private init(project: String?, narrowing: NarrowingMode?) {
    self.project = project
    self.narrowing = narrowing
    expectations = []
    settings = []
  }

  /// The same without expectations of a job.
  func rehearsed() -> RegistrySettings { RegistrySettings(project: project, narrowing: narrowing) }

  /// The value of `narrow` in an entry; nil where it does not say.
  static func narrowing(in object: ConfigurationObject) throws(BrokerError) -> NarrowingMode? {
    guard let node = object.object["narrow"] else { return nil }
    switch node.value {
    case .boolean(true): return .on
    case .boolean(false): return .off
    case .string("required"): return .required
    default: throw object.error("narrow", "has to be true, false or \"required\"")
    }
  }

  /// A value of `narrow` as a file has it.
  static func text(of narrowing: NarrowingMode) -> Message {
    switch narrowing {
    case .off: "false"
    case .on: "true"
    case .required: "required"
    }
  }
}
