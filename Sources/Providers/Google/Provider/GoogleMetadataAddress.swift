import BrokerCore

/// Where the metadata server is asked: at Google's name or address, or at a stand-in on loopback.
///
/// Both are one link-local address, so that nothing on the network can take its place; the name is not looked up.
struct GoogleMetadataAddress: Sendable {
  /// The server.
  let origin: Origin
  /// The server as it is pinged.
  let pinged: Origin

  private static let named = Origin.linkLocal("169.254.169.254", name: "metadata.google.internal")
  private static let numbered = Origin.linkLocal("169.254.169.254")

  /// The server that the environment names, by the variables of Google's own libraries (google-auth, `environment_vars`).
  ///
  /// - Throws: `ErrorCode.identityPermission` if that is neither Google's nor on loopback.
  init(in environment: Environment) throws(BrokerError) {
    let host = try Self.override(in: environment).map(Self.read)
    let address = try environment.nonEmpty("GCE_METADATA_IP").map { (text) throws(BrokerError) in
      try Self.read("GCE_METADATA_IP", text)
    }
    origin = host ?? Self.named
    pinged = address ?? host ?? Self.numbered
  }

  /// The variable that names the host, and what it holds; nil if none does.
  static func override(in environment: Environment) -> (name: String, host: String)? {
    ["GCE_METADATA_HOST", "GCE_METADATA_ROOT"].lazy.compactMap { name in
      environment.nonEmpty(name).map { (name, $0) }
    }.first
  }

  private static func read(_ name: String, _ text: String) throws(BrokerError) -> Origin {
    let host = text.lowercased()
    for known in [named, numbered] where [known.host, "\(known.host):\(known.port)"].contains(host) { return known }
    if let url = try? HTTPURL("http://\(host)"), url.origin.isLoopback, url.origin.host != "localhost",
      url.path == "/", url.query == nil, !host.contains("/")
    {
      return url.origin
    }
    throw BrokerError(
      .identityPermission,
      "\(Neutralized(name)) is \(Neutralized.quoted(text)), which is not Google's metadata server: nothing was asked there.",
      remedy:
        "Unset it, or write metadata.google.internal or 169.254.169.254; for a stand-in on this machine, write 127.0.0.1 and its port.",
      causes: [GoogleGuide.foreignServer])
  }
}
