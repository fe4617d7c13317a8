public import BrokerCore
import Synchronization

/// A registry whose answers a test gives, and that remembers what it was asked.
public final class FakeRegistry: Registry, CredentialRevoker {
  /// No settings.
  public struct Configuration: PluginConfiguration {
    /// None.
    public static let keys: [ConfigurationKey] = []
    /// Nothing to decode.
    public init(from object: ConfigurationObject) throws(BrokerError) {}
    /// None.
    public var effectiveValues: [(key: String, value: String)] { [] }
  }

  /// What it was asked, in order.
  public struct Record: Sendable {
    /// The identity tokens it was sent.
    public var exchanged: [String] = []
    /// The credentials it was asked to burn.
    public var burned: [String] = []
    /// How often it was asked for its audience.
    public var audienceCount = 0
  }

  /// The type name.
  public static let type = "fake"
  /// What it is.
  public static let summary = "a registry for tests"

  /// The name.
  public let name: String
  /// The address.
  public let uploadURL: HTTPURL
  /// The origin.
  public let home: Origin
  /// The audience it is known by.
  public let expectedAudience: Audience?
  /// What it says is published.
  public let releaseIndex: (any ReleaseIndex)?
  private let audiences: Mutex<[Result<AudienceAnswer, BrokerError>]>
  private let exchanges: Mutex<[Result<String, BrokerError>]>
  private let recorded = Mutex(Record())
  private let waits: @Sendable () async -> Void
  private let exchangeWaits: @Sendable () async -> Void

  /// A registry; the last answer of each list repeats, and comes after `waits` or `exchangeWaits`.
  public init(
    name: String = "fake", home: String = "https://pypi.example.com", expected: Audience? = "pypi.example.com",
    audiences: [Result<AudienceAnswer, BrokerError>] = [
      .success(AudienceAnswer(audience: "pypi.example.com", serverTime: nil))
    ],
    exchanges: [Result<String, BrokerError>] = [.success("credential-1")], releaseIndex: (any ReleaseIndex)? = nil,
    waits: @escaping @Sendable () async -> Void = {}, exchangeWaits: @escaping @Sendable () async -> Void = {}
  ) throws {
    self.waits = waits
    self.exchangeWaits = exchangeWaits
    self.releaseIndex = releaseIndex
    self.name = name
    uploadURL = try HTTPURL("\(home)/legacy/")
    self.home = uploadURL.origin
    expectedAudience = expected
    self.audiences = Mutex(audiences)
    self.exchanges = Mutex(exchanges)
  }

  /// For the protocol; tests use the other initialiser.
  public init(name: String, configuration: Configuration, services: PluginServices) {
    self.name = name
    uploadURL = HTTPURL(.https(host: "pypi.example.com"), path: "/legacy/")
    home = uploadURL.origin
    expectedAudience = nil
    releaseIndex = nil
    waits = {}
    exchangeWaits = {}
    audiences = Mutex([])
    exchanges = Mutex([])
  }

  /// What it was asked.
  public var record: Record { recorded.withLock { $0 } }

  /// Itself.
  public var revoker: (any CredentialRevoker)? { self }

  /// The next answer.
  public func audience() async throws(BrokerError) -> AudienceAnswer {
    recorded.withLock { $0.audienceCount += 1 }
    await waits()
    guard !Task.isCancelled else { throw BrokerError(.interrupted, "cut off") }
    return try audiences.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }.get()
  }

  /// The next answer.
  public func exchange(_ token: IdentityToken) async throws(BrokerError) -> Credential {
    recorded.withLock { $0.exchanged.append(token.secret.reveal()) }
    await exchangeWaits()
    let text = try exchanges.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }.get()
    guard
      let credential = Credential(
        registry: name, secret: Secret(text), username: "__token__", expires: UnixTime(1_795_000_900),
        uploadURL: uploadURL)
    else { throw BrokerError(.pluginContract, "no credential") }
    return credential
  }

  /// Remembers the credential.
  public func revoke(_ credential: Secret) async throws(BrokerError) {
    recorded.withLock { $0.burned.append(credential.reveal()) }
  }
}
