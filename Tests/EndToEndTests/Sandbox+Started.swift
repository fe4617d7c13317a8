import BrokerCore
import BrokerSandbox
import BrokerSystem
import BuiltInPlugins

extension Sandbox {
  /// A sandbox that runs by this machine's clock; `change` says what is unusual about it.
  static func started(_ change: (inout SandboxConfiguration) throws -> Void = { _ in }) throws -> Sandbox {
    var configuration = SandboxConfiguration(.builtIn, now: SystemTime.source.now)
    try change(&configuration)
    let sandbox = try Sandbox(configuration)
    sandbox.start()
    return sandbox
  }

  /// The requests of the flow, without those for the directory.
  var flow: [SandboxRequest] { requests.filter { $0.listener != "directory" } }

  /// Where each request of the flow went, and for what: `pypi /_/oidc/audience`.
  var steps: [String] { flow.map { "\($0.listener) \($0.path)" } }
}

extension SandboxFault {
  /// A fault of the sandbox that comes with the tool.
  init(parsing text: String) throws(BrokerError) { try self.init(parsing: text, steps: SandboxCatalog.builtIn.steps) }
}
