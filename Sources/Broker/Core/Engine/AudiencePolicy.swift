/// Decides whether a registry may be given an identity token for the audience it names.
///
/// A hostile or broken registry could name another relying party's audience and replay the token there; these rules
/// prevent that.
public struct AudiencePolicy: Sendable {
  /// The registry's name in the configuration.
  public let registry: String
  /// The registry's own origin.
  public let home: Origin
  /// The audience that is built in, configured or pinned; nil if none is.
  public let expected: Audience?
  /// Whether the sandbox stands in for the registry.
  public let isRehearsal: Bool

  /// The rules for a registry.
  public init(registry: String, home: Origin, expected: Audience?, isRehearsal: Bool) {
    self.registry = registry
    self.home = home
    self.expected = expected
    self.isRehearsal = isRehearsal
  }

  /// Judges an audience that the registry named.
  ///
  /// - Throws: ``ErrorCode/audienceRefused`` if it is not the expected one; or, where none is expected, if it is not a
  ///   form of the registry's own host.
  public func judge(_ audience: Audience) throws(BrokerError) {
    if let expected {
      guard audience == expected else {
        throw BrokerError(
          .audienceRefused,
          "\(Neutralized(registry)) asks for the audience \(audience), but \(expected) is the one it is known by; "
            + "no identity token was sent.",
          remedy: "If the registry has changed its audience, change \"audience\" in the configuration; "
            + "otherwise do not trust this answer.")
      }
      return try refuseForeign(audience)
    }
    try refuseForeign(audience)
    guard isOwnHost(audience) else {
      throw BrokerError(
        .audienceRefused,
        "\(Neutralized(registry)) asks for the audience \(audience), which does not name its own host \(home.authority); "
          + "no identity token was requested.",
        remedy: "If that is the registry's audience, add \"audience\": \(Neutralized.json(audience.value)) "
          + "to registries.\(Neutralized(registry)) in the configuration.")
    }
  }

  /// Judges a pin on the command line that may not widen what the configuration accepts: the host's own forms.
  ///
  /// - Throws: ``ErrorCode/configurationWidens`` for any other audience.
  func judge(pinned audience: Audience) throws(BrokerError) {
    guard !isOwnHost(audience) else { return }
    throw BrokerError(
      .configurationWidens,
      "--audience is \(audience), but below the organisation's configuration \(Neutralized(registry)) may ask for its own host "
        + "\(home.authority) alone.",
      remedy:
        "Have \"audience\": \(Neutralized.json(audience.value)) added to registries.\(Neutralized(registry)) in the "
        + "organisation's file.")
  }

  /// Judges an audience that somebody pinned or configured, before anything is asked.
  ///
  /// - Throws: ``ErrorCode/audienceRefused`` if it belongs to another relying party.
  public func refuseForeign(_ audience: Audience) throws(BrokerError) {
    guard !isRehearsal, let owner = RelyingParty.owner(of: audience), !owner.hosts.contains(home.host) else { return }
    throw BrokerError(
      .audienceRefused,
      "The audience \(audience) is that of \(owner.name); a token made out to it would let \(home.authority) act there.",
      remedy: "An index of your own needs an audience of its own, for example \"\(home.authority)\".")
  }

  /// Whether an audience belongs to a service that everybody knows, so that a token made out to it is worth stealing.
  public static func isWellKnown(_ audience: Audience) -> Bool { RelyingParty.owner(of: audience) != nil }

  /// Whether the audience is `HOST`, `https://HOST` or `SCHEME:HOST` (with the port where it is not the usual one).
  private func isOwnHost(_ audience: Audience) -> Bool {
    let text = audience.value
    if text == home.host || text == home.authority.description { return true }
    if text == "https://\(home.host)" || text == "https://\(home.authority)" { return true }
    guard let colon = text.firstIndex(of: ":") else { return false }
    let scheme = text[..<colon].utf8
    let rest = text[text.index(after: colon)...]
    guard let first = scheme.first, (0x61...0x7A).contains(first) else { return false }
    let isScheme = scheme.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0)
    }
    return isScheme && (rest == home.host || rest == home.authority.description)
  }
}
