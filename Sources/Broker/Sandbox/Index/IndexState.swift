import BrokerCore

/// What an index remembers.
struct IndexState {
  /// An API token that was minted.
  struct Minted {
    let projects: [String]?
    let expires: UnixTime
  }

  var publishers: [SandboxPublisher]
  var projects: Set<String>
  var switches: Set<SandboxSwitch>
  var usedIdentifiers: Set<String> = []
  var minted: [String: Minted] = [:]
  var uploads: [SandboxUpload] = []
}
