/// The files of a release beside those that a registry lists: a pure value.
public struct ReleaseComparison: Sendable, Equatable {
  /// A file that is to be published.
  public struct LocalFile: Sendable, Equatable {
    /// What its name says.
    public let name: DistributionName
    /// Its SHA-256, 64 lower-case hexadecimal digits; nil if it is not made yet.
    public let sha256: String?
    /// Whether the tool makes it anew: other contents under the same name are then no conflict, since nothing is sent for a
    /// version that is there.
    public let isRemade: Bool

    /// A file.
    public init(_ name: DistributionName, sha256: String?, isRemade: Bool = false) {
      self.name = name
      self.sha256 = sha256
      self.isRemade = isRemade
    }
  }

  /// A file that a registry lists with another SHA-256.
  public struct Conflict: Sendable, Equatable {
    /// The file's name.
    public let filename: String
    /// The SHA-256 that the registry lists.
    public let published: String
    /// That of the file here.
    public let local: String

    /// The two digests beside the name.
    public var fact: BrokerError.Fact {
      BrokerError.Fact(
        "\(Neutralized(filename, limit: 120))",
        "published with sha256 \(Neutralized(published)), here \(Neutralized(local))")
    }
  }

  /// What follows.
  public enum Verdict: Sendable, Equatable {
    /// None of the files is there.
    case absent
    /// All of them are there, each with the same SHA-256.
    case published
    /// Some of them are there, each with the same SHA-256.
    case partial
    /// Some are there under the same name with another SHA-256, which a registry never replaces.
    case conflict
    /// The registry does not say; the reason follows its name.
    case unknown(Message)
  }

  /// The names of files that are there, with the same SHA-256.
  public let published: [String]
  /// The names of files that are not there.
  public let absent: [String]
  /// The files that are there with another SHA-256.
  public let conflicts: [Conflict]
  /// The files that are there with another SHA-256 than that of what was made here last.
  public let remade: [Conflict]
  /// What follows.
  public let verdict: Verdict
  /// What the registry lists, by project.
  public let listings: [String: ReleaseListing]

  /// The projects, as the registry compares them, that it does not know.
  public var unknownProjects: [String] { listings.filter { $0.value == .unknownProject }.keys.sorted() }

  /// Compares `files` with what the registry lists, by project.
  public init(_ files: [LocalFile], with listings: [String: ReleaseListing]) {
    var published: [String] = []
    var absent: [String] = []
    var conflicts: [Conflict] = []
    var remade: [Conflict] = []
    var unknown: Message?
    for file in files {
      switch listings[file.name.project] {
      case .unknownProject: absent.append(file.name.filename)
      case .files(let listed):
        guard let same = listed.first(where: { $0.filename == file.name.filename }) else {
          absent.append(file.name.filename)
          continue
        }
        if file.isRemade {
          published.append(file.name.filename)
          if let digest = same.sha256, let local = file.sha256, digest != local {
            remade.append(Conflict(filename: file.name.filename, published: digest, local: local))
          }
          continue
        }
        guard let digest = same.sha256 else {
          unknown = "lists \(Neutralized(file.name.filename, limit: 120)) without a SHA-256"
          continue
        }
        if digest == file.sha256 {
          published.append(file.name.filename)
        } else {
          conflicts.append(
            Conflict(filename: file.name.filename, published: digest, local: file.sha256 ?? ""))
        }
      case .unavailable(let reason): unknown = reason
      case nil: unknown = "was not asked for \(Neutralized(file.name.project))"
      }
    }
    self.listings = listings
    self.published = published
    self.absent = absent
    self.conflicts = conflicts
    self.remade = remade
    verdict =
      if !conflicts.isEmpty { .conflict } else if let unknown { .unknown(unknown) } else if absent.isEmpty {
        published.isEmpty ? .absent : .published
      } else { published.isEmpty ? .absent : .partial }
  }
}
