/// The means of a registry to say which files of a project it has; asking takes no credential.
public protocol ReleaseIndex: Sendable {
  /// Asks for the files of a project: one request, never repeated here.
  ///
  /// - Parameter project: The project's name, as ``DistributionName/project`` has it.
  /// - Returns: The files, or why the registry does not say.
  /// - Throws: If there is no answer; ``BrokerError/recovery`` says whether another attempt may help. A registry without
  ///   such an interface is ``ReleaseListing/unavailable(_:)``, not an error.
  func listing(of project: String) async throws(BrokerError) -> ReleaseListing

  /// The address where people find a release; nil if it is not known.
  func page(of release: DistributionName) -> String?

  /// Asks whether there is a project of this name: one request, never repeated here.
  ///
  /// - Parameter project: The project's name, as people write it.
  /// - Returns: Whether there is; nil if the registry does not say.
  /// - Throws: If there is no answer.
  func knows(_ project: String) async throws(BrokerError) -> Bool?

  /// Looks whether the address that takes uploads leads elsewhere: one request, never repeated here.
  ///
  /// - Returns: What it does instead, as it follows the address: `redirects to another address`; nil if nothing is known.
  func detour() async -> Message?
}

extension ReleaseIndex {
  /// Not known.
  public func page(of release: DistributionName) -> String? { nil }

  /// Not known.
  public func detour() async -> Message? { nil }

  /// What the listing says.
  public func knows(_ project: String) async throws(BrokerError) -> Bool? { try await listing(of: project).isKnown }
}

/// What a registry says about the files of a project.
public enum ReleaseListing: Sendable, Equatable {
  /// These files are there.
  case files([ReleaseFile])
  /// The registry does not know the project.
  case unknownProject
  /// The registry has no listing that a program can read; says why, as it follows its name: `answers text/html`.
  case unavailable(Message)

  /// Whether there is such a project; nil if that is not said.
  public var isKnown: Bool? {
    switch self {
    case .files: true
    case .unknownProject: false
    case .unavailable: nil
    }
  }
}

/// A file of a project as its registry lists it.
public struct ReleaseFile: Sendable, Equatable {
  /// The file's name.
  public let filename: String
  /// Its SHA-256, 64 lower-case hexadecimal digits; nil if the registry does not say.
  public let sha256: String?
  /// Where the registry says who published it (PEP 740); nil if it does not.
  public let provenance: HTTPURL?
  /// When it was uploaded, as the registry wrote it (ISO 8601 in UTC, which sorts by time); nil if it does not say.
  public let uploadTime: String?
  /// How long ago that was by the registry's own clock, in seconds; nil if it does not say.
  public let age: Int64?

  /// A listed file.
  public init(
    filename: String, sha256: String?, provenance: HTTPURL? = nil, uploadTime: String? = nil, age: Int64? = nil
  ) {
    self.age = age
    self.filename = filename
    self.sha256 = sha256
    self.provenance = provenance
    self.uploadTime = uploadTime
  }
}

/// The means of a registry to say who published a project's last attested release; asking takes no credential.
public protocol PublisherHistory: Sendable {
  /// Asks for the publisher of the newest attested file.
  ///
  /// - Parameter project: The project's name, as people write it.
  /// - Returns: The release; nil if no file is attested, or the registry does not say.
  /// - Throws: If there is no answer.
  func lastRelease(of project: String) async throws(BrokerError) -> PublishedRelease?
}
