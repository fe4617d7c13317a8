/// The protocol that programs speak which are plug-ins: `token-broker.plugin/1` (docs/plugin-protocol.md).
public enum PluginProtocol {
  /// What each request and each answer calls it.
  public static let name = "token-broker.plugin/1"
  /// The greatest length of a request, of an answer, and of what is written to standard error, in bytes.
  public static let maximumBytes = 64 * 1024
  /// The greatest depth of nested arrays and objects of an answer.
  public static let maximumDepth = 8
  /// The time that the two operations may take that ask nobody.
  public static let offlineLimit = Duration.seconds(1)
}

/// What a program can be.
public enum PluginKind: String, Sendable, CaseIterable {
  /// It recognises a CI system and gets identity tokens from it.
  case provider
  /// It exchanges identity tokens for API tokens of a package registry.
  case registry

  /// The operations that every program of this kind has, beside ``PluginOperation/describe``.
  public var operations: [PluginOperation] {
    switch self {
    case .provider: [.detect, .identityToken]
    case .registry: [.audience, .exchange]
    }
  }
}

/// What a program can be asked for.
public enum PluginOperation: String, Sendable, CaseIterable {
  /// What it is and can; asks nobody.
  case describe
  /// Whether the job runs at its CI system; asks nobody.
  case detect
  /// An identity token for an audience.
  case identityToken = "identity-token"
  /// Which audience its registry wants.
  case audience
  /// An API token for an identity token.
  case exchange
  /// To burn an API token.
  case revoke

  /// Whether it is answered without asking anybody.
  public var isOffline: Bool { self == .describe || self == .detect }
}
