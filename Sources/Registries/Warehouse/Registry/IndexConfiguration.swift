public import BrokerCore

/// The settings of an index that speaks PyPI's protocol: `upload-url`, `simple-url` and `audience`.
public struct IndexConfiguration<Defaults: IndexDefaults>: PluginConfiguration {
  /// The address that publishing tools upload to; `/_/oidc/` is asked on its authority.
  public let uploadURL: HTTPURL
  /// The address of the simple index, which ends with `/`.
  public let simpleURL: HTTPURL
  /// The audience the index is known or configured to ask for; nil for an own index that configures none.
  public let audience: Audience?

  /// `upload-url`, `simple-url` and `audience`.
  public static var keys: [ConfigurationKey] {
    [
      ConfigurationKey("upload-url", summary: "the address that publishing tools upload to", kind: .address),
      ConfigurationKey(
        "simple-url", summary: "the address of the simple index, to see what is published (/simple/ beside upload-url)",
        kind: .address),
      ConfigurationKey("audience", summary: "the audience the index asks for; no other is accepted", kind: .audience),
    ]
  }

  /// Decodes the settings.
  ///
  /// - Throws: `ErrorCode.configurationInvalid`, or `ErrorCode.audienceRefused` for an audience of another relying
  ///   party.
  public init(from object: ConfigurationObject) throws(BrokerError) {
    let uploadURL = try object.address("upload-url") ?? Defaults.uploadURL
    let audience = try object.audience("audience")
    if Defaults.mistakenHosts.contains(uploadURL.origin.host) {
      throw object.error(
        "upload-url", "names \(uploadURL.origin.host), which does not take these uploads",
        remedy: "Leave upload-url out, or write \(Defaults.uploadURL).")
    }
    self.uploadURL = uploadURL
    simpleURL =
      if let given = try object.address("simple-url") {
        given.path.hasSuffix("/") ? given : HTTPURL(given.origin, path: given.path + "/")
      } else if uploadURL.origin == Defaults.uploadURL.origin {
        Defaults.simpleURL
      } else {
        HTTPURL(uploadURL.origin, path: SimpleIndex.usualPath)
      }
    guard uploadURL.origin != Defaults.uploadURL.origin else {
      guard audience == nil || audience == Defaults.audience else {
        throw object.error(
          "audience", "is not the audience of \(uploadURL.origin.host)",
          remedy: "Leave audience out: it is built in.", code: .audienceRefused)
      }
      self.audience = Defaults.audience
      return
    }
    self.audience = audience
    guard let audience else { return }
    let policy = AudiencePolicy(
      registry: object.path.last ?? "", home: uploadURL.origin, expected: audience, isRehearsal: false)
    do { try policy.refuseForeign(audience) } catch {
      throw object.error(
        "audience", "is refused: \(error.message.dropLast())", remedy: error.remedy, code: error.code)
    }
  }

  /// The addresses and, where there is one, the audience.
  public var effectiveValues: [(key: String, value: String)] {
    [("upload-url", uploadURL.description), ("simple-url", simpleURL.description)]
      + (audience.map { [("audience", $0.value)] } ?? [])
  }
}
