/// How files are made and published from a checkout, for a job that is written new.
public struct PublishingRecipe: Sendable, Equatable {
  /// The commands of a job.
  public struct Commands: Sendable, Equatable {
    /// Those that make the files; empty where the command that publishes makes them.
    public let build: [String]
    /// Those that come before the one that publishes; `{broker}` stands for this program with its version.
    public let prepare: [String]
    /// Those that bring this program alone, to a job that has the rest.
    public let broker: [String]
    /// The one that publishes.
    public let publish: String
    /// The one that publishes all of several projects.
    public let publishAll: String

    /// Commands.
    public init(
      build: [String] = [], prepare: [String], broker: [String]? = nil, publish: String, publishAll: String? = nil
    ) {
      self.broker = broker ?? prepare
      self.publishAll = publishAll ?? publish
      self.build = build
      self.prepare = prepare
      self.publish = publish
    }

    /// Those that come before the one that publishes, with a release of this program.
    public func prepare(with version: String) -> [String] { Self.filled(prepare, version) }

    /// Those that bring a release of this program alone.
    public func broker(with version: String) -> [String] { Self.filled(broker, version) }

    private static func filled(_ commands: [String], _ version: String) -> [String] {
      commands.map { $0.replacing("{broker}", with: "token-broker==\(version)") }
    }

    /// The same for all of several projects.
    fileprivate var forAll: Commands {
      Commands(build: build, prepare: prepare, broker: broker, publish: publishAll)
    }
  }

  /// The folder that the files are made in; nil where the command that publishes makes them.
  public let folder: String?
  /// For a machine that has what most jobs need.
  public let onMachine: Commands
  /// The container that has what is needed.
  public let image: String
  /// For that container.
  public let inImage: Commands

  /// A recipe.
  public init(folder: String?, onMachine: Commands, image: String, inImage: Commands) {
    self.folder = folder
    self.onMachine = onMachine
    self.image = image
    self.inImage = inImage
  }

  /// The same for all of several projects.
  public var forAll: PublishingRecipe {
    PublishingRecipe(folder: folder, onMachine: onMachine.forAll, image: image, inImage: inImage.forAll)
  }
}
