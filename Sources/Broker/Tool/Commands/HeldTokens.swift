import BrokerCore
import BrokerSandbox
import BrokerSystem

/// The files of a played job that hold identity tokens, for the time of a sandbox.
struct HeldTokens: Sendable {
  private let folder: TemporaryFolder
  /// The variables that name them.
  let variables: [String: String]

  /// Nil for a provider whose jobs have none.
  init?(of provider: SandboxProvider, in sandbox: Sandbox, _ environment: Environment) throws(BrokerError) {
    guard !provider.tokenFiles.isEmpty else { return nil }
    let folder = try TemporaryFolder(environment)
    let played = sandbox.environment(for: provider)
    var variables: [String: String] = [:]
    for (index, name) in provider.tokenFiles.enumerated() {
      guard let path = played[name], let text = sandbox.contents(of: path, for: provider) else { continue }
      try folder.createFile("identity-token-\(index)", Array(text.utf8))
      variables[name] = "\(folder.path)/identity-token-\(index)"
    }
    self.folder = folder
    self.variables = variables
  }

  func remove() { folder.remove() }
}
