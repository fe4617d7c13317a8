import BrokerCore
import BuiltInPlugins
import Testing
import TokenBroker

/// An organisation's file, a repository's, and what comes of them.
struct LayerPair: Sendable, CustomTestStringConvertible {
  /// Where a value was written: the text that stands at that place.
  enum Place: Sendable {
    case builtIn
    case organisation(String)
    case repository(String)
  }

  enum Outcome: Sendable {
    /// The values in force, each with its origin; a nil value: there is none at that path.
    case allowed([(path: String, value: String?, place: Place)])
    /// The code, the two places, and words of the message.
    case refused(ErrorCode, lower: String, upper: String?, words: String)
    /// The two places, and words of the warning.
    case audited(lower: String, upper: String, words: String)
  }

  let name: String
  let organisation: String
  let repository: String
  let outcome: Outcome

  init(_ name: String, _ organisation: String, _ repository: String, _ outcome: Outcome) {
    self.name = name
    self.organisation = "{\n\"version\": 1\(organisation.isEmpty ? "" : ",\n\(organisation)")\n}"
    self.repository = "{\n\"version\": 1\(repository.isEmpty ? "" : ",\n\(repository)")\n}"
    self.outcome = outcome
  }

  var testDescription: String { name }

  /// The configuration that the two give.
  func read() throws(BrokerError) -> BrokerConfiguration {
    try ConfigurationReader(catalog: PluginCatalog.builtIn()).read(
      organisation: ConfigurationSource(
        name: "org.json", bytes: Array(organisation.utf8), isRepositoryControlled: false),
      repository: ConfigurationSource(
        name: "repo.json", bytes: Array(repository.utf8), isRepositoryControlled: true))
  }

  /// `org.json, line 3, column 7`: where `text` stands in the organisation's file.
  func organisationPlace(_ text: String) -> String { "org.json, \(Self.position(of: text, in: organisation))" }

  /// The same for the repository's file.
  func repositoryPlace(_ text: String) -> String { "repo.json, \(Self.position(of: text, in: repository))" }

  private static func position(of text: String, in file: String) -> String {
    guard let range = file.firstRange(of: text) else { return "nowhere: \(text)" }
    let lines = file[..<range.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
    return "line \(lines.count), column \((lines.last?.count ?? 0) + 1)"
  }
}
