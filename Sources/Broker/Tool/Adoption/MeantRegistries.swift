import BrokerCore

/// The registries that are meant for a repository.
struct MeantRegistries: Sendable {
  /// Those that are meant.
  let targets: [Target]
  /// Those that its files speak for beside these, in groups that are published to with the same tools.
  let others: [[Target]]

  /// Those that are named; else those of a configuration's file; without one those for what the folder holds.
  ///
  /// - Throws: `ErrorCode.unknownTarget` with the nearest names.
  init(
    of repository: LocalRepository, in configuration: BrokerConfiguration, named names: [String],
    _ services: PluginServices
  ) throws(BrokerError) {
    guard names.isEmpty else {
      targets = try configuration.registries(for: names).map { $0.target(services) }
      others = []
      return
    }
    let usual = configuration.usualRegistries.map { $0.target(services) }
    guard configuration.file == nil else {
      targets = usual
      others = []
      return
    }
    var groups: [[Target]] = []
    for target in configuration.registries.map({ $0.target(services) }) {
      let tools = target.registry.capabilities.tools
      guard repository.hasProjects(of: tools) else { continue }
      if let index = groups.firstIndex(where: { Self.paths($0) == tools.projectPaths }) {
        groups[index].append(target)
      } else {
        groups.append([target])
      }
    }
    let isUsual = { (group: [Target]) in group.contains { one in usual.contains { $0.name == one.name } } }
    let meant = groups.firstIndex(where: isUsual) ?? (groups.isEmpty ? nil : 0)
    targets = meant.map { isUsual(groups[$0]) ? usual : groups[$0] } ?? usual
    if let meant { groups.remove(at: meant) }
    others = groups
  }

  /// The files that name the projects of registries that are published to alike.
  private static func paths(_ group: [Target]) -> [String] {
    group.first?.registry.capabilities.tools.projectPaths ?? []
  }

  /// All of them.
  var all: [Target] { targets + others.flatMap(\.self) }

  /// Says that there was a choice, and how to choose otherwise; nil if there was none.
  func note(_ option: Message) -> Message? {
    guard !others.isEmpty else { return nil }
    let files = ([targets] + others).compactMap { Self.paths($0).first }
    let choices = others.map { group -> Message in
      group.map { "\(option) \(Neutralized($0.name))" as Message }.joined(separator: " ")
    }
    return
      "\(files.map { Neutralized($0) }.joined(separator: " and ")) are here; this is for \(Self.names(targets)). "
      + "For the other: \(choices.joined(separator: ", or "))."
  }

  private static func names(_ targets: [Target]) -> Message {
    targets.map { Neutralized($0.name) }.joined(separator: " and ")
  }
}
