public import BrokerCore

/// A release that the sandbox's indexes have from the start, attested by the publisher that published it.
public struct SandboxRelease: Sendable {
  /// The project.
  public let project: String
  /// The version.
  public let version: String
  /// Who published it.
  public let publisher: SandboxPublisher
  /// How many days ago that was.
  public let age: Int

  /// A release.
  public init(project: String, version: String, publisher: SandboxPublisher, age: Int = 0) {
    self.age = age
    self.project = project
    self.version = version
    self.publisher = publisher
  }

  /// Reads `project=sample,version=1.4.2,` and the parts of a publisher, and `age=20` for one of 20 days ago.
  ///
  /// - Throws: `ErrorCode.usage` naming what is wrong.
  public init(parsing text: String, providers: [SandboxProvider]) throws(BrokerError) {
    let items = text.split(separator: ",").map(String.init)
    func value(_ key: String) throws(BrokerError) -> String {
      guard let item = items.first(where: { $0.hasPrefix("\(key)=") }), item.count > key.count + 1 else {
        throw BrokerError(.usage, "--release has no \(Neutralized(key)).", remedy: "Add \(Neutralized(key))=VALUE.")
      }
      return String(item.dropFirst(key.count + 1))
    }
    let rest = items.filter { !$0.hasPrefix("version=") && !$0.hasPrefix("project=") && !$0.hasPrefix("age=") }
    var age = 0
    if items.contains(where: { $0.hasPrefix("age=") }) {
      guard let days = Int(try value("age")), (0...36_500).contains(days) else {
        throw BrokerError(.usage, "--release has an age that is no number of days.", remedy: "Write age=20.")
      }
      age = days
    }
    self.init(
      project: try value("project"), version: try value("version"),
      publisher: try SandboxPublisher(parsing: rest.joined(separator: ","), providers: providers), age: age)
  }
}
