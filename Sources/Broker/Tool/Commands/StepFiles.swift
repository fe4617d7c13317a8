import BrokerCore
import BrokerSandbox
import BrokerSystem

/// The files that a step writes its outputs and summary to, for the time of a sandbox.
struct StepFiles: Sendable {
  private let folder: TemporaryFolder
  private let names: [String: String]

  /// Nil for a provider whose jobs have none.
  init?(_ provider: SandboxProvider, _ environment: Environment) throws(BrokerError) {
    names = provider.stepFiles
    guard !names.isEmpty else { return nil }
    folder = try TemporaryFolder(environment)
    for name in names.values { try folder.createFile(name) }
  }

  /// The variables that name them.
  var variables: [String: String] { names.mapValues { "\(folder.path)/\($0)" } }

  func remove() { folder.remove() }
}
