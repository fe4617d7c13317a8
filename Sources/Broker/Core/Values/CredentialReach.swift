/// What an API token says that it is good for.
public struct CredentialReach: Sendable, Equatable {
  /// The projects that it is good for.
  public enum Projects: Sendable, Equatable {
    /// Those that it was given for.
    case all
    /// So many, which it knows by number alone.
    case numbered(Int)
    /// Those of these names.
    case named([String])
  }

  /// The projects.
  public let projects: Projects
  /// When it ends, by the registry's clock; nil if it does not say.
  public let expires: UnixTime?
  /// Who made it, as it says itself: a host; nil if it does not say.
  public let maker: Neutralized?

  /// A reach.
  public init(projects: Projects, expires: UnixTime?, maker: Neutralized? = nil) {
    self.projects = projects
    self.expires = expires
    self.maker = maker
  }

  /// `octo-sample and octo-tools alone`, or `all 2 projects of its publisher`.
  public var summary: Message {
    switch projects {
    case .all: "all that it was given for"
    case .numbered(1): "the one project of its publisher"
    case .numbered(let count): "all \(count) projects of its publisher"
    case .named([]): "no project"
    case .named(let names): "\(Self.list(names)) alone"
    }
  }

  private static func list(_ names: [String]) -> Message {
    let shown = names.prefix(8).map { Neutralized($0, limit: 120) }
    guard names.count <= shown.count else {
      return shown.joined(separator: ", ") + " and \(names.count - shown.count) others"
    }
    return shown.count > 1
      ? shown.dropLast().joined(separator: ", ") + " and \(shown[shown.count - 1])" : shown.joined()
  }
}

/// In which form a credential is handed over.
public struct CredentialForm: Sendable, Equatable {
  /// What the API token says that it is good for; nil if it cannot be read.
  public let reach: CredentialReach?
  /// Whether it is good for less than it was given for.
  public let isNarrowed: Bool
  /// Why it is as it was given, as a clause; nil if nobody wanted it narrowed.
  public let reason: Message?

  /// A form.
  public init(reach: CredentialReach?, isNarrowed: Bool, reason: Message? = nil) {
    self.reach = reach
    self.isNarrowed = isNarrowed
    self.reason = reason
  }

  /// What two credentials of a run are good for together; the one that is as wide as it was given stands for both.
  public func together(with other: CredentialForm?) -> CredentialForm {
    guard let other, isNarrowed, let reach else { return self }
    guard other.isNarrowed, case .named(let names) = reach.projects, case .named(let others)? = other.reach?.projects
    else { return other }
    return CredentialForm(
      reach: CredentialReach(
        projects: .named(Set(names + others).sorted()), expires: reach.expires, maker: reach.maker),
      isNarrowed: true)
  }
}
