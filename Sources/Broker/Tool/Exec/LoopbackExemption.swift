import BrokerCore

/// Keeps what a command sends to this machine from the proxies that its environment names.
///
/// Publishing tools send 127.0.0.1 to `http_proxy` unless they are told not to; there, nobody answers, or another server does.
enum LoopbackExemption {
  private static let hosts = ["127.0.0.1", "localhost"]

  /// `no_proxy` and `NO_PROXY` with this machine added to what they have; a tool reads one of the two, and which differs.
  static func changes(in environment: Environment) -> [String: String?] {
    [("no_proxy", "NO_PROXY"), ("NO_PROXY", "no_proxy")].reduce(into: [:]) { changes, names in
      let present = environment.nonEmpty(names.0) ?? environment.nonEmpty(names.1) ?? ""
      let entries = present.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
      // An asterisk alone means every host, and beside others none.
      let missing = entries == ["*"] ? [] : hosts.filter { !entries.contains($0) }
      changes[names.0] = ([present].filter { !$0.isEmpty } + missing).joined(separator: ",")
    }
  }
}
