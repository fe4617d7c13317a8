import BrokerCore
import BrokerSandbox
import BrokerSystem

/// The files that a step writes its outputs, its summary and values for later steps to, for the time of a sandbox.
struct StepFiles: Sendable {
  private let folder: TemporaryFolder
  private let names: [String: String]

  /// Nil for a provider whose jobs have none, and where the runner of a real job, which `isSurrounded` says there is, gave
  /// all of them.
  init?(
    _ provider: SandboxProvider, _ environment: Environment, isSurrounded: Bool
  ) throws(BrokerError) {
    names = provider.stepFiles.filter { !isSurrounded || environment.nonEmpty($0.key) == nil }
    guard !names.isEmpty else { return nil }
    folder = try TemporaryFolder(environment)
    for name in names.values { try folder.createFile(name) }
  }

  /// The variables that name them.
  var variables: [String: String] { names.mapValues { "\(folder.path)/\($0)" } }

  /// What the command wrote to them, at most 16 MiB each.
  func contents() -> [SandboxStepFile] {
    names.sorted { $0.key < $1.key }.map { variable, name in
      let path = "\(folder.path)/\(name)"
      let bytes = try? FileReader.read(path, maximumBytes: 16 << 20, code: .usage)
      return SandboxStepFile(variable: variable, path: path, content: bytes ?? [])
    }
  }

  func remove() { folder.remove() }
}
