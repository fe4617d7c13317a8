import BrokerCore

/// The variables by which other programs are told of root certificates, for those who set one of them and wonder.
struct RootVariables: Sendable {
  /// What replaces a program's own roots: Requests and pip, curl, git, the AWS clients, Nix.
  private static let replacing = [
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE", "NIX_SSL_CERT_FILE",
  ]
  /// What is added to them (nodejs.org, "Command-line API").
  private static let adding = ["NODE_EXTRA_CA_CERTS"]

  private let environment: Environment
  @Deferred private var ofTools: [String]

  /// Those of a job; `ofTools` are the variables of publishing tools that replace their roots.
  init(_ environment: Environment, ofTools: @autoclosure @escaping @Sendable () -> [String] = []) {
    self.environment = environment
    _ofTools = Deferred(wrappedValue: ofTools())
  }

  /// What to say of them when a server's certificate cannot be verified; nil where none is set.
  var advice: Message? {
    let own = ["SSL_CERT_FILE", "SSL_CERT_DIR"].filter { environment.nonEmpty($0) != nil }
    let known = Set(own.compactMap(environment.nonEmpty))
    // A variable that names the roots that are used already changes nothing.
    func isForeign(_ name: String) -> Bool { environment.nonEmpty(name).map { !known.contains($0) } ?? false }
    let replacing = (Self.replacing + ofTools).filter(isForeign)
    let adding = Self.adding.filter(isForeign)
    var sentences: [Message] = []
    if !own.isEmpty {
      sentences.append(
        "\(own.map { Neutralized($0) }.joined(separator: " and ")) \(own.count == 1 ? "is" : "are") set, and used in place of the machine's roots."
      )
    }
    let others = replacing + adding
    if !others.isEmpty {
      let verb: Message = others.count == 1 ? "is" : "are"
      sentences.append(
        "\(others.map { Neutralized($0) }.joined(separator: ", ")) \(verb) set for other programs and not read here: set SSL_CERT_FILE to a file with "
          + "the roots that are needed.")
    }
    if !adding.isEmpty {
      sentences.append(
        "\(adding.map { Neutralized($0) }.joined(separator: ", ")) holds additional roots alone, and SSL_CERT_FILE has to hold the usual ones as well."
      )
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }
}
