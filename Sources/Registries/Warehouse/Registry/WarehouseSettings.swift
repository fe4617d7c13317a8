public import BrokerCore

/// The settings of an index that speaks PyPI's protocol: `upload-url`, `simple-url` and `audience`.
public struct WarehouseSettings: PluginSettings {
  /// The address that publishing tools upload to; `/_/oidc/` is asked on its authority.
  public let uploadURL: HTTPURL
  /// The address of the simple index, which ends with `/`.
  public let simpleURL: HTTPURL
  /// The audience the index is known or configured to ask for; nil for an own index that configures none.
  public let audience: Audience?
  /// Where projects and their publishers are managed.
  let management: Origin
  /// Whether it is the site that the type is named after, and no index of somebody's own.
  let isSite: Bool
  /// Whether tools publish here where they name no index.
  let isUsual: Bool

  /// `upload-url`, `simple-url` and `audience`.
  static let keys = [
    ConfigurationKey("upload-url", summary: "the address that publishing tools upload to", kind: .address),
    ConfigurationKey(
      "simple-url", summary: "the address of the simple index, to see what is published (/simple/ beside upload-url)",
      kind: .address),
    ConfigurationKey("audience", summary: "the audience the index asks for; no other is accepted", kind: .audience),
  ]

  /// Decodes the settings of an index that is `site` unless they name another.
  ///
  /// - Throws: `ErrorCode.configurationInvalid`, or `ErrorCode.audienceRefused` for an audience of another relying
  ///   party.
  public init(from object: ConfigurationObject, of site: WarehouseSite) throws(BrokerError) {
    let uploadURL = try object.address("upload-url") ?? site.uploadURL
    let audience = try object.audience("audience")
    if site.mistakenHosts.contains(uploadURL.origin.host) {
      throw object.error(
        "upload-url", "names \(uploadURL.origin.authority), which does not take these uploads",
        remedy: "Leave upload-url out, or write \(Neutralized(site.uploadURL.description)).")
    }
    self.uploadURL = uploadURL
    simpleURL =
      if let given = try object.address("simple-url") {
        given.path.hasSuffix("/") ? given : HTTPURL(given.origin, path: given.path + "/")
      } else if uploadURL.origin == site.uploadURL.origin {
        site.simpleURL
      } else {
        HTTPURL(uploadURL.origin, path: SimpleIndex.usualPath)
      }
    isSite = uploadURL.origin == site.uploadURL.origin
    isUsual = site.isUsual && isSite
    management = isSite ? site.management : uploadURL.origin
    guard !isSite else {
      guard audience == nil || audience == site.audience else {
        throw object.error(
          "audience", "is not the audience of \(uploadURL.origin.authority)",
          remedy: "Leave audience out: it is built in.", code: .audienceRefused)
      }
      self.audience = site.audience
      return
    }
    self.audience = audience
    guard let audience else { return }
    let policy = AudiencePolicy(
      registry: object.path.last ?? "", home: uploadURL.origin, expected: audience, isRehearsal: false)
    do { try policy.refuseForeign(audience) } catch {
      throw object.error(
        "audience", "is refused: \(error.message.clause)", remedy: error.remedy, code: error.code)
    }
  }

  /// The addresses and, where there is one, the audience.
  public var values: [SettingValue] {
    [SettingValue("upload-url", uploadURL.description), SettingValue("simple-url", simpleURL.description)]
      + (audience.map { [SettingValue("audience", $0.value)] } ?? [])
  }
}
