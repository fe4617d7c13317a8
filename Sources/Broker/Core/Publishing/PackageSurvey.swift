/// How a publishing tool that makes its packages of sources is asked, before it runs, which these are.
public struct PackageSurvey: Sendable, Equatable {
  /// A package that a tool makes and publishes.
  public struct Package: Sendable, Equatable {
    /// What the name of its file will say.
    public let name: DistributionName
    /// Where the tool leaves the file, an absolute path.
    public let path: String

    /// A package.
    public init(_ name: DistributionName, at path: String) {
      self.name = name
      self.path = path
    }
  }

  /// What is known of the packages.
  public struct Answer: Sendable, Equatable {
    /// The packages.
    public var packages: [Package]
    /// Why they may not be all, a sentence without its end; nil if they are.
    public var unknown: Message?
    /// Why the tool, or the registry, will not publish a package, and what to do about it.
    public var objections: [(package: String, reason: Message, remedy: Message)]

    /// An answer.
    public init(
      _ packages: [Package], unknown: Message? = nil,
      objections: [(package: String, reason: Message, remedy: Message)] = []
    ) {
      self.packages = packages
      self.unknown = unknown
      self.objections = objections
    }

    /// Goes by what is known; the objections by what they are about.
    public static func == (left: Answer, right: Answer) -> Bool {
      left.packages == right.packages && left.unknown == right.unknown
        && left.objections.map(\.package) == right.objections.map(\.package)
    }
  }

  /// The name, by which two are the same.
  public let name: String
  /// The words behind the tool's with which it is asked, in place of those of the command; it publishes nothing with them.
  public let question: @Sendable (_ words: [String]) -> [String]
  /// Reads what the tool answered, for the words of the command behind its own, in an absolute folder.
  public let read: @Sendable (_ words: [String], _ folder: String, _ output: [UInt8]) -> Answer
  /// The words of the command that publish these packages alone, by the names of their projects.
  public let select: @Sendable (_ words: [String], _ projects: [String]) -> [String]

  /// A survey.
  public init(
    _ name: String, question: @escaping @Sendable (_ words: [String]) -> [String],
    read: @escaping @Sendable (_ words: [String], _ folder: String, _ output: [UInt8]) -> Answer,
    select: @escaping @Sendable (_ words: [String], _ projects: [String]) -> [String]
  ) {
    self.name = name
    self.question = question
    self.read = read
    self.select = select
  }

  /// Goes by the name.
  public static func == (left: PackageSurvey, right: PackageSurvey) -> Bool { left.name == right.name }
}
