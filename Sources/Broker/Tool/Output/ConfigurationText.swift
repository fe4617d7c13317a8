import BrokerCore

/// A configuration as people read it: its layers, then every value with its origin.
struct ConfigurationText: Sendable {
  /// The whole text, each line ended.
  let text: Message

  /// A configuration's text; `place` says which it is.
  init(_ configuration: BrokerConfiguration, place: Message) {
    let layers = configuration.layers.map { "layer: \(Self.line($0))\n" as Message }.joined()
    text = "configuration: \(place)\n\(layers)\(Self.values(of: configuration))"
  }

  private static func line(_ layer: ConfigurationLayer) -> Message {
    let label: Message? = layer.isRepositoryControlled && layer.role == .organisation ? "repository-controlled" : nil
    let name = layer.name.map { Message($0) }
    let found: Message? = layer.foundBy.flatMap { $0 == name ? nil : "found by \($0)" }
    let digest: Message? = layer.digest.map { "sha256 \(Neutralized($0))" }
    guard layer.role != .builtIn else { return "\(layer.role)" }
    return [TextLayout.padded("\(layer.role)", 12), name, found, label, digest]
      .compactMap { $0 }.joined(separator: "  ")
  }

  private static func values(of configuration: BrokerConfiguration) -> Message {
    let plugins =
      configuration.providers.map { Setting(path: "providers.\($0.name)", value: "type \($0.type)", origin: $0.origin) }
      + configuration.registries.map {
        Setting(path: "registries.\($0.name)", value: "type \($0.plugin.type)", origin: $0.plugin.origin)
      }
    let rows = plugins + configuration.settings
    let width = rows.map(\.path.text.count).max() ?? 0
    let valueWidth = min(48, rows.map(\.value.text.count).max() ?? 0)
    // Rows of one path keep their order: the higher layer's first.
    let sorted = rows.enumerated().sorted { ($0.element.path.text, $0.offset) < ($1.element.path.text, $1.offset) }
    return sorted.map { _, row -> Message in
      "\(TextLayout.padded(row.path, width))  \(TextLayout.padded(row.value, valueWidth))  (\(row.origin))\n"
    }.joined()
  }
}
