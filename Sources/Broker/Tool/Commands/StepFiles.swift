import BrokerCore
import BrokerSandbox
import BrokerSystem

/// The files that a GitHub step writes its outputs and summary to, for the time of a sandbox.
struct StepFiles: Sendable {
  private let folder: TemporaryFolder

  /// Nil for a provider whose jobs have none.
  init?(_ provider: SandboxProvider) throws(BrokerError) {
    guard provider == .github else { return nil }
    folder = try TemporaryFolder()
    for name in Self.names.values { try folder.createFile(name) }
  }

  private static let names = ["GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary"]

  /// The variables that name them.
  var variables: [String: String] { Self.names.mapValues { "\(folder.path)/\($0)" } }

  func remove() { folder.remove() }
}
