/// Whether the credentials for a target are narrowed.
public enum NarrowingMode: Int, Sendable, Comparable {
  /// They stay as the registry gives them.
  case off
  /// They are narrowed where that can be done.
  case on
  /// One that cannot be narrowed is not used.
  case required

  /// The order of strictness.
  public static func < (left: NarrowingMode, right: NarrowingMode) -> Bool { left.rawValue < right.rawValue }
}

/// What the credentials for a target are to be good for.
public struct Narrowing: Sendable, Equatable {
  /// The projects that are published.
  public enum Projects: Sendable, Equatable {
    /// The run does not ask for narrowing.
    case all
    /// Those of these names.
    case named([String])
    /// They cannot be known; why, as a clause.
    case unknown(Message)
  }

  /// Whether they are narrowed.
  public var mode: NarrowingMode
  /// The projects that are published.
  public var projects: Projects
  /// How many seconds they are good for at most; nil for as long as the registry gives them for.
  public var life: Int64?

  /// What is narrowed.
  public init(_ mode: NarrowingMode, projects: Projects = .all, life: Int64? = nil) {
    self.mode = mode
    self.projects = projects
    self.life = life
  }

  /// Refuses what can be known beforehand not to come true, before an identity token is asked for.
  ///
  /// - Throws: ``ErrorCode/narrowingRequired``, or ``ErrorCode/usage`` for a life that cannot be set.
  public func check(for registry: any Registry) throws(BrokerError) {
    let canNarrow = registry.capabilities.narrow != nil
    if life != nil, mode == .off || !canNarrow {
      throw BrokerError(
        .usage,
        "The life of credentials for \(Neutralized(registry.name)) cannot be shortened: "
          + (canNarrow ? "narrowing is off there." : "they cannot be narrowed."),
        remedy: canNarrow
          ? "Set \"narrow\": true in registries.\(Neutralized(registry.name))." : "Leave --credential-life out.")
    }
    guard mode == .required else { return }
    guard canNarrow else {
      throw required(for: registry.name, "\(Neutralized(registry.name)) has no way to narrow one")
    }
    switch projects {
    case .named: return
    case .all: throw required(for: registry.name, "no project is named")
    case .unknown(let reason): throw required(for: registry.name, reason)
    }
  }

  /// A credential narrowed, and what became of it.
  func apply(
    to credential: Credential, from registry: any Registry, by time: TimeSource
  ) -> (credential: Credential, form: CredentialForm) {
    let narrow = registry.capabilities.narrow
    func asGiven(_ reason: Message?) -> (Credential, CredentialForm) {
      (credential, CredentialForm(reach: narrow?.reach(credential.secret), isNarrowed: false, reason: reason))
    }
    guard mode != .off else { return asGiven(nil) }
    var names: [String]?
    var reason: Message?
    switch projects {
    case .named(let wanted): names = wanted
    case .all: break
    case .unknown(let why): reason = why
    }
    guard let narrow else { return asGiven("\(Neutralized(registry.name)) has no way to narrow one") }
    // A longer life than the registry gives would be no bound.
    let left = credential.secondsLeft(by: time)
    let end = life.flatMap { $0 < left ? credential.expires.advanced(by: $0 - left) : nil }
    guard names != nil || end != nil else { return asGiven(reason) }
    let secret: Secret
    do throws(NotNarrowed) {
      secret = try narrow.apply(credential.secret, CredentialBounds(projects: names, expires: end))
    } catch { return asGiven(error.reason) }
    guard let narrowed = credential.narrowed(to: secret, expires: end, by: time) else {
      return asGiven("it would be longer than an API token may be")
    }
    let form = CredentialForm(
      reach: narrow.reach(narrowed.secret), isNarrowed: true, reason: names == nil ? reason : nil)
    return (narrowed, form)
  }

  /// Refuses a credential that is as the registry gave it where that is not enough.
  func judge(_ form: CredentialForm, for registry: String) throws(BrokerError) {
    guard mode == .required, !form.isNarrowed else { return }
    throw required(for: registry, form.reason ?? "no project is named")
  }

  private func required(for registry: String, _ reason: Message) -> BrokerError {
    BrokerError(
      .narrowingRequired,
      "The credential for \(Neutralized(registry)) has to be narrowed to the projects that are published, and is not: \(reason).",
      remedy: "Name the files in the command of exec, or the projects with mint --project.")
  }
}
