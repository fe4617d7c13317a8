import BrokerCore
import BrokerSandbox

/// What an index remembers.
struct IndexState {
  /// An API token that was minted.
  struct Minted {
    let projects: [String]?
    let publisher: SandboxPublisher?
    let expires: UnixTime
  }

  /// A file that was received.
  struct Stored {
    let upload: SandboxUpload
    let content: [UInt8]
    let time: UnixTime
    /// Whom the file is listed with as its publisher; nil for nobody.
    let provenance: Provenance?
  }

  /// Who published a file, and what vouches for it.
  struct Provenance {
    let publisher: SandboxPublisher
    let attestations: [JSONText.Value]
  }

  var publishers: [SandboxPublisher]
  var projects: Set<String>
  var switches: Set<SandboxSwitch>
  var usedIdentifiers: Set<String> = []
  var minted: [String: Minted] = [:]
  var files: [Stored] = []
}
