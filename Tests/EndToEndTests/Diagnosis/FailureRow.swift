import BrokerCore
import Testing

/// One failure that people meet: how it is produced by hand, and what the tool has to say about it.
struct FailureRow: Sendable, CustomTestStringConvertible {
  /// Where the failure belongs on the page.
  enum Group: String, CaseIterable, Sendable {
    case identity = "The job gets no identity token"
    case token = "The identity token is not right"
    case publisher = "No trusted publisher matches"
    case issuer = "The issuer is not known"
    case registry = "The registry refuses for another reason"
    case expectation = "The job is not the one that is expected"
    case release = "The last release tells what differs"
    case untold = "Misconfigured jobs, where nothing is told"
    case told = "The same jobs, where expect tells"
    case check = "Looking before publishing"
    case log = "Explaining an error of another tool"
    case upload = "The upload is refused"
    case two = "Two faults at once"
    case quiet = "Nothing is wrong"
  }

  let group: Group
  /// The title on the page.
  let title: String
  /// The command, as it stands on the page.
  let command: String
  /// The error's code; nil if there is no error.
  let code: ErrorCode?
  /// The exit status.
  let status: Int32
  /// The codes of the causes: the first one ranks first, the others are there too.
  let causes: [String]
  /// Words that decide: of the fix, the address or the lines to paste.
  let words: [String]
  /// Words that must not be there.
  let absent: [String]
  /// Files in the folder that the command runs in.
  let files: [(name: String, text: String)]

  init(
    _ group: Group, _ title: String, _ command: String, _ code: ErrorCode?, _ causes: [String], _ words: [String],
    absent: [String] = [], files: [(name: String, text: String)] = [], status: Int32? = nil
  ) {
    self.group = group
    self.title = title
    self.command = command
    self.code = code
    self.causes = causes
    self.status = status ?? code?.status.rawValue ?? 0
    self.words = words
    self.absent = absent
    self.files = files
  }

  var testDescription: String { title }

  /// A GitHub job in the sandbox that mints for PyPI.
  static func gitHub(_ options: String, _ variables: String = "", command: String = "token-broker mint pypi") -> String
  {
    "token-broker sandbox \(options.isEmpty ? "" : "\(options) ")-- \(variables.isEmpty ? "" : "env \(variables) ")\(command)"
  }

  /// A GitLab job in the sandbox that mints for PyPI.
  static func gitLab(
    _ options: String, _ variables: String = "", command: String = "token-broker mint pypi --format token"
  ) -> String {
    gitHub("--provider gitlab" + (options.isEmpty ? "" : " \(options)"), variables, command: command)
  }

  /// A step of Cloud Build in the sandbox that mints for PyPI.
  static func google(
    _ options: String, _ variables: String = "", command: String = "token-broker mint pypi --format token"
  ) -> String {
    gitHub("--provider google" + (options.isEmpty ? "" : " \(options)"), variables, command: command)
  }

  /// A refusal that the sandbox gives in the registry's words.
  static func refuse(_ code: String, _ text: String) -> String {
    "--fault 'exchange=refuse:\(code):\(text.replacing("'", with: #"'\''"#))'"
  }

  /// All rows, in the order of the page.
  static let all =
    identityRows + tokenRows + publisherRows + publisherTextRows + issuerRows + registryRows + expectationRows
    + releaseRows + kindRows
    + checkRows + logRows + uploadRows
    + twoFaultRows + quietRows
}
