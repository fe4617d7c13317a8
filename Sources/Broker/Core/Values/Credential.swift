import Synchronization

/// A short-lived API token for a registry, and what a publishing tool has to know to use it.
public struct Credential: Sendable {
  /// The registry's name in the configuration.
  public let registry: String
  /// The API token.
  public let secret: Secret
  /// The user name that goes with it: `__token__` on PyPI.
  public let username: String
  /// When it expires, by the registry's clock.
  public let expires: UnixTime
  /// The same moment on the clock of ``TimeSource/elapsed``; nil where only the wall clock tells.
  ///
  /// The registry's clock and this machine's may differ by hours: what is left of a life is never the difference of the two.
  public let end: Duration?
  /// Where publishing tools upload to.
  public let uploadURL: HTTPURL
  /// Where the API token may be sent, to burn it; nil for nowhere, until the engine binds it.
  public private(set) var origin: Origin?
  private let handover = Handover()

  /// The smallest length of an API token in bytes.
  ///
  /// A shorter one could be guessed, and a log that hides it would be of no use.
  public static let minimumBytes = 16
  /// The greatest length of an API token in bytes.
  public static let maximumBytes = 4 * 1024
  /// The mark among the first characters of a sandbox's API token; a registry's has none.
  public static let rehearsalMark = "-rehearsal-"

  /// A credential; nil if the API token is none, by ``isToken(_:)``.
  ///
  /// - Parameters:
  ///   - registry: The registry's name in the configuration.
  ///   - secret: The API token.
  ///   - username: The user name that goes with it.
  ///   - expires: When it expires, by the registry's clock.
  ///   - end: When it expires, by the clock of ``TimeSource/elapsed``.
  ///   - uploadURL: Where publishing tools upload to.
  public init?(
    registry: String, secret: Secret, username: String, expires: UnixTime, end: Duration? = nil, uploadURL: HTTPURL
  ) {
    guard Self.isToken(secret) else { return nil }
    self.registry = registry
    self.secret = secret
    self.username = username
    self.expires = expires
    self.end = end
    self.uploadURL = uploadURL
  }

  /// Whether a text can be an API token: 16 bytes to 4 KiB, each of them from `!` to `~`, without `::` and `##[`, which would
  /// make a printed credential a workflow command.
  public static func isToken(_ secret: Secret) -> Bool {
    let text = secret.reveal()
    return (minimumBytes...maximumBytes).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.contains("::") && !text.contains("##[")
  }

  /// The same credential with another API token of the registry's that is good for less; nil if that is none, by
  /// ``isToken(_:)``.
  ///
  /// - Parameters:
  ///   - secret: The API token.
  ///   - end: When it expires, by the registry's clock; nil for the same moment.
  ///   - time: Clocks.
  /// - Returns: The credential.
  func narrowed(to secret: Secret, expires end: UnixTime?, by time: TimeSource) -> Credential? {
    Credential(
      registry: registry, secret: secret, username: username, expires: end ?? expires,
      end: end.map { time.elapsed() + .seconds($0.seconds(since: expires) + secondsLeft(by: time)) } ?? self.end,
      uploadURL: uploadURL)
  }

  /// Whether an API token is the sandbox's: by its beginning, or by its header where it is a JWT.
  public static func isRehearsal(_ secret: Secret) -> Bool {
    secret.reveal().prefix(32).contains(rehearsalMark)
      || (try? IdentityToken(secret, from: "An API token"))?.isRehearsal == true
  }

  /// The seconds that are left of its life; 0 once that is over.
  public func secondsLeft(by time: TimeSource) -> Int64 {
    max(0, end.map { ($0 - time.elapsed()).components.seconds } ?? expires.seconds(since: time.now()))
  }

  /// The API token for a request to ``origin``.
  public var bound: BoundSecret { BoundSecret(secret, to: origin) }

  /// The same credential, whose API token may be sent to an origin.
  public func bound(to origin: Origin, in bindings: SecretBindings) -> Credential {
    var credential = self
    credential.origin = bindings.bind(secret, to: origin).origin
    return credential
  }

  /// One place, beside its registry, that a credential is handed over to.
  public enum Place: Sendable, Hashable {
    /// A command, by its name: the API token is in the environment of its processes for this registry.
    case command(String)
    /// A file, by its path.
    case file(String)
    /// Standard output.
    case output
  }

  /// Notes the one place that this credential is handed over to, before it is; all copies of the credential count.
  ///
  /// - Throws: ``ErrorCode/deliveryFailed`` if it was handed over to another place before.
  public func handOver(to place: Place) throws(BrokerError) {
    guard handover.isFree(for: place) else {
      throw BrokerError(
        .deliveryFailed,
        "The credential for \(Neutralized(registry)) was handed over already and does not go to a second place.",
        remedy: "Mint a credential for each place; please report this as a fault of token-broker.")
    }
  }
}

/// Where a credential was handed over to, shared by its copies.
private final class Handover: Sendable {
  private let place = Mutex<Credential.Place?>(nil)

  func isFree(for wanted: Credential.Place) -> Bool {
    place.withLock { place in
      if place == nil { place = wanted }
      return place == wanted
    }
  }
}
