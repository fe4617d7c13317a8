public import BrokerCore
import Synchronization

/// A registry whose answers a test gives, and that remembers what it was asked.
public final class FakeRegistry: Registry {
  /// What it was asked, in order.
  public struct Record: Sendable {
    /// The identity tokens it was sent.
    public var exchanged: [String] = []
    /// The credentials it was asked to burn.
    public var burned: [String] = []
    /// How often it was asked for its audience.
    public var audienceCount = 0
  }

  /// The type `fake`.
  public static let type = RegistryType(
    PluginType("fake", summary: "a registry for tests") { name, _ in FakeRegistry(name) })

  /// The name.
  public let name: String
  /// The address.
  public let uploadURL: HTTPURL
  /// The origin.
  public let home: Origin
  /// The audience it is known by.
  private let expected: Audience?
  /// What it says is published.
  private let releaseIndex: (any ReleaseIndex)?
  private let narrow: CredentialNarrowing?
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
    exchanges: [Result<String, BrokerError>] = [.success("credential-000001")], releaseIndex: (any ReleaseIndex)? = nil,
    narrow: CredentialNarrowing? = nil,
    waits: @escaping @Sendable () async -> Void = {}, exchangeWaits: @escaping @Sendable () async -> Void = {}
  ) throws {
    self.waits = waits
    self.exchangeWaits = exchangeWaits
    self.releaseIndex = releaseIndex
    self.narrow = narrow
    self.name = name
    uploadURL = try HTTPURL("\(home)/legacy/")
    self.home = uploadURL.origin
    self.expected = expected
    self.audiences = Mutex(audiences)
    self.exchanges = Mutex(exchanges)
  }

  private init(_ name: String) {
    self.name = name
    uploadURL = HTTPURL(.https(host: "pypi.example.com"), path: "/legacy/")
    home = uploadURL.origin
    expected = nil
    releaseIndex = nil
    narrow = nil
    waits = {}
    exchangeWaits = {}
    audiences = Mutex([])
    exchanges = Mutex([])
  }

  /// What it was asked.
  public var record: Record { recorded.withLock { $0 } }

  /// The audience it is known by, or that its answers name.
  public var audience: AudienceSource { expected.map { .pinned($0, askForAudience) } ?? .asked(askForAudience) }

  /// Remembers what is to be burned, and lists what it was given.
  public var capabilities: RegistryCapabilities {
    RegistryCapabilities(revoke: revoke, narrow: narrow, releases: releaseIndex)
  }

  private func askForAudience() async throws(BrokerError) -> AudienceAnswer {
    recorded.withLock { $0.audienceCount += 1 }
    await waits()
    guard !Task.isCancelled else { throw BrokerError(.interrupted, "cut off") }
    return try audiences.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }.get()
  }

  /// The next answer.
  public func exchange(_ token: IdentityToken, for _: Scope) async throws(BrokerError) -> Credential {
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

  private func revoke(_ credential: BoundSecret) async throws(BrokerError) {
    recorded.withLock { $0.burned.append(credential.reveal()) }
  }
}
