import BrokerCore
import BrokerSystem

/// Finds the layers of the configuration.
struct ConfigurationSearch: Sendable {
  let environment: Environment
  let catalog: PluginCatalog

  /// The variable that holds the path of the repository's file.
  static let fileVariable = "TOKEN_BROKER_CONFIG"
  /// The variable that holds the path of the organisation's file.
  static let pathVariable = "TOKEN_BROKER_ORG_CONFIG"
  /// The variable that holds the text of the organisation's file.
  static let textVariable = "TOKEN_BROKER_ORG_CONFIG_JSON"

  /// The layers' texts; nil where there is none.
  struct Found: Sendable {
    let organisation: ConfigurationSource?
    let repository: ConfigurationSource?
  }

  /// Looks for the repository's file and the organisation's.
  ///
  /// - Parameter path: The repository's file, where the command line names one.
  /// - Returns: What there is.
  /// - Throws: `ErrorCode.configurationUnreadable` for a file that is named and cannot be read,
  ///   `ErrorCode.configurationInvalid` for more than one organisation's file.
  func find(path: String?) throws(BrokerError) -> Found { try found(beside: try repositoryFile(path)) }

  /// The organisation's file, where no repository's is read.
  ///
  /// - Throws: What ``find(path:)`` does.
  func organisation() throws(BrokerError) -> ConfigurationSource? { try found(beside: nil).organisation }

  /// A repository's file, whatever is wrong with it.
  ///
  /// - Throws: `ErrorCode.configurationUnreadable` if it cannot be read.
  func file(_ path: String) throws(BrokerError) -> ConfigurationSource? { try repositoryFile(path)?.source }

  private func found(beside repository: (path: String, source: ConfigurationSource)?) throws(BrokerError) -> Found {
    let candidates = try candidates(repository)
    guard candidates.count <= 1 else {
      throw BrokerError(
        .configurationInvalid,
        "There is more than one organisation's file: \(candidates.map(\.label).joined(separator: " and ")).",
        remedy: "Keep one of them.")
    }
    guard let candidate = candidates.first else { return Found(organisation: nil, repository: repository?.source) }
    switch candidate.place {
    case .text(let text):
      let source = ConfigurationSource(
        name: candidate.foundBy.text, bytes: Array(text.utf8), foundBy: candidate.foundBy, isRepositoryControlled: false
      )
      return Found(organisation: source, repository: repository?.source)
    case .path(let file):
      let checkout = Checkout(
        named: catalog.checkoutVariables, in: environment, around: repository?.path)
      // The organisation's own file, named as the repository's: one layer, not two.
      let isSame = repository.map { FileLocation.real($0.path) == FileLocation.real(file) } ?? false
      // A file that is named in extends may not allow more than the file that names it.
      let repositoryDeclares = repository?.source.mayDeclare == true
      let source = try source(
        file, candidate.foundBy, checkout,
        mayDeclare: candidate.isExtended ? repositoryDeclares : isSame && repositoryDeclares ? true : nil)
      return Found(organisation: source, repository: isSame ? nil : repository?.source)
    }
  }

  /// A place where an organisation's file may be.
  private struct Candidate {
    enum Place {
      case path(String)
      case text(String)
    }

    let label: Message
    let foundBy: Message
    let place: Place
    /// Whether the repository's file names it.
    var isExtended = false

    init(label: Message, foundBy: Message, place: Place) {
      (self.label, self.foundBy, self.place) = (label, foundBy, place)
    }

    /// What a variable names.
    init(_ variable: String, _ place: Place) {
      self.init(label: shown(variable), foundBy: shown(variable), place: place)
    }
  }

  private func candidates(
    _ repository: (path: String, source: ConfigurationSource)?
  ) throws(BrokerError) -> [Candidate] {
    var candidates: [Candidate] = []
    if let path = environment.nonEmpty(Self.pathVariable) {
      candidates.append(Candidate(Self.pathVariable, .path(path)))
    }
    if let text = environment.nonEmpty(Self.textVariable) {
      candidates.append(Candidate(Self.textVariable, .text(text)))
    }
    if let repository,
      let (path, origin) = try ConfigurationReader(catalog: catalog).extendedFile(in: repository.source)
    {
      let folder = FileLocation.folder(of: FileLocation.absolute(repository.path, from: currentFolder))
      var candidate = Candidate(
        label: "extends (\(origin))", foundBy: "extends",
        place: .path(path.hasPrefix("/") ? path : FileLocation.absolute(path, from: folder)))
      candidate.isExtended = true
      candidates.append(candidate)
    }
    return candidates
  }

  private func repositoryFile(_ path: String?) throws(BrokerError) -> (path: String, source: ConfigurationSource)? {
    let named =
      path.map { ($0, "--config") } ?? environment.nonEmpty(Self.fileVariable).map { ($0, Self.fileVariable) }
    let usual = named == nil ? try usualFiles().file() : nil
    guard let (file, foundBy) = named.map({ ($0, Optional($1)) }) ?? usual.map({ ($0, nil) }) else { return nil }
    let bytes: [UInt8]
    do throws(BrokerError) { bytes = try read(file) } catch {
      guard foundBy == Self.fileVariable else { throw error }
      throw BrokerError(
        error.code, "The file that \(Neutralized(Self.fileVariable)) names cannot be used. \(error.message)",
        remedy: "Check the path, and that the job has the file: a job without a checkout has none.")
    }
    // A variable that a job sets for all of its steps names what the checkout has; the command line names this file.
    let isNamed =
      path != nil
      || foundBy != nil && !Checkout.isInWorkTree(file)
        && !Checkout(named: catalog.checkoutVariables, in: environment).contains(file)
    let source = ConfigurationSource(
      name: file, bytes: bytes, foundBy: foundBy.map(shown), isRepositoryControlled: true, mayDeclare: isNamed)
    return (file, source)
  }

  private func source(
    _ path: String, _ foundBy: Message, _ checkout: Checkout, mayDeclare: Bool?
  ) throws(BrokerError) -> ConfigurationSource {
    do throws(BrokerError) {
      return ConfigurationSource(
        name: path, bytes: try read(path), foundBy: foundBy,
        isRepositoryControlled: checkout.contains(path), mayDeclare: mayDeclare)
    } catch {
      let isText = path.drop { $0.isWhitespace }.hasPrefix("{")
      throw BrokerError(
        error.code,
        isText
          ? "\(foundBy) holds a text, not a path."
          : "The organisation's file of \(foundBy) cannot be used. \(error.message)",
        remedy: isText ? "Put the text into \(Neutralized(Self.textVariable))." : error.remedy)
    }
  }

  /// Which configuration is in force, in words, and where no repository's file was found.
  func place(of configuration: BrokerConfiguration, path: String?) -> Message {
    let layers = configuration.layers.reversed().compactMap { layer in
      layer.name.map { name in
        layer.foundBy.flatMap { $0 == Message(name) ? nil : "\(name) (\($0))" } ?? Message(name)
      }
    }
    let text: Message = layers.isEmpty ? "built-in" : layers.joined(separator: " below ")
    guard path == nil, environment.nonEmpty(Self.fileVariable) == nil,
      let search = try? usualFiles(), search.files.isEmpty
    else { return text }
    return "\(text) (no \(Neutralized(RepositoryFileSearch.fileName)) in \(Neutralized(search.place)))"
  }

  private func usualFiles() throws(BrokerError) -> RepositoryFileSearch {
    try RepositoryFileSearch(checkouts: catalog.checkoutVariables, environment: environment)
  }

  private var currentFolder: String { FileLocation.currentFolder ?? "/" }

  private func read(_ path: String) throws(BrokerError) -> [UInt8] {
    try FileReader.read(path, maximumBytes: ConfigurationReader.maximumBytes, code: .configurationUnreadable)
  }
}

private func shown(_ variable: String) -> Message { Message(Neutralized(variable)) }
