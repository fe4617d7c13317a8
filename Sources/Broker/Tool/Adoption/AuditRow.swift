import BrokerCore

/// What an audit says about one repository.
struct AuditRow: Sendable {
  /// What has to be done.
  enum State: String, CaseIterable, Sendable {
    /// No change helps: the way itself is closed.
    case cannot
    /// A token is stored, and published with.
    case storedToken = "stored-token"
    /// Two jobs publish the same at the same time.
    case twoWays = "two-ways"
    /// A file has to be changed.
    case fix
    /// Something could not be read.
    case unknown
    /// A publisher may still have to be registered.
    case register
    /// Everything that files tell is as it has to be.
    case ready
    /// Nothing publishes.
    case nothing

    /// Whether nothing has to be done.
    var isDone: Bool { self == .ready || self == .nothing }
  }

  /// One thing that was found.
  struct Finding: Sendable {
    /// What has to be done; nil for what is worth a look alone.
    let state: State?
    /// Its name.
    let code: Message
    /// Where it is: a file and a line; nil if it is in no file.
    let place: FilePlace?
    /// What there is, as a sentence.
    let text: Message
    /// What to change, as a sentence.
    let fix: Message?
  }

  /// A job that publishes.
  struct Publication: Sendable {
    /// The file that is started.
    let workflow: String
    /// The job.
    let job: String
    /// What starts it.
    let trigger: Message
    /// Its environment; nil if it has none.
    let environment: Message?
    /// Where to.
    let registries: [String]
    /// How it publishes today.
    let way: Message
  }

  /// The folder as it was named.
  let folder: String
  /// The repository, or the folder where that is not known.
  let repository: String
  /// The provider's name; nil if it is not known.
  let provider: String?
  /// The jobs that publish.
  let publications: [Publication]
  /// What was found, the worst first.
  let findings: [Finding]

  /// The states, the worst first.
  let states: [State]

  init(
    folder: String, repository: String, provider: String?, publications: [Publication], findings: [Finding]
  ) {
    self.folder = folder
    self.repository = repository
    self.provider = provider
    self.publications = publications
    func rank(_ state: State?) -> Int { state.flatMap(State.allCases.firstIndex(of:)) ?? State.allCases.count }
    var once: [Finding] = []
    for finding in findings where !once.contains(where: { $0.text == finding.text && $0.place == finding.place }) {
      once.append(finding)
    }
    self.findings = once.enumerated().sorted {
      (rank($0.element.state), $0.offset) < (rank($1.element.state), $1.offset)
    }
    .map(\.element)
    let found = State.allCases.filter { state in once.contains { $0.state == state } }
    states = found.isEmpty ? [publications.isEmpty ? .nothing : .ready] : found
  }
}
