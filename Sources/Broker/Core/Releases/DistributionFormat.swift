/// The means of a registry to say what it can be told of files before they are published.
public protocol DistributionFormat: Sendable {
  /// What the name in a path says; nil if it is none of a file of a release.
  func name(of path: String) -> DistributionName?

  /// What keeps the registry from ever taking files, whoever publishes them; what is not certain is left out.
  ///
  /// - Parameters:
  ///   - paths: Where the files are.
  ///   - listings: What the registry lists, by project; empty before it was asked.
  /// - Returns: What is known against each file: one objection at most.
  func objections(to paths: [String], listings: [String: ReleaseListing]) -> [DistributionObjection]
}

extension DistributionFormat {
  /// Nothing is known.
  public func objections(to paths: [String], listings: [String: ReleaseListing]) -> [DistributionObjection] { [] }
}

/// Why a registry never takes a file.
public struct DistributionObjection: Sendable, Equatable {
  /// Where the file is.
  public let path: String
  /// Why: a sentence, in the registry's own words where it has some.
  public let reason: Message
  /// One sentence: what to do about it.
  public let remedy: Message

  /// An objection.
  public init(path: String, reason: Message, remedy: Message) {
    self.path = path
    self.reason = reason
    self.remedy = remedy
  }
}
