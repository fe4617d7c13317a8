import BrokerCore

/// A configuration as people read it: its layers, then every value with its origin.
struct ConfigurationText: Sendable {
  /// The whole text, each line ended.
  let text: String

  /// A configuration's text; `place` says which it is.
  init(_ configuration: BrokerConfiguration, place: String) {
    let layers = configuration.layers.map { "layer: \(Self.line($0))\n" }.joined()
    text = "configuration: \(place)\n\(layers)\(Self.values(of: configuration))"
  }

  private static func line(_ layer: ConfigurationLayer) -> String {
    let label = layer.isRepositoryControlled && layer.role == .organisation ? "repository-controlled" : nil
    let found = layer.foundBy.flatMap { $0 == layer.name ? nil : "found by \($0)" }
    guard layer.role != .builtIn else { return layer.role.rawValue }
    return [pad(layer.role.rawValue, 12), layer.name, found, label, layer.digest.map { "sha256 \($0)" }]
      .compactMap { $0 }.joined(separator: "  ")
  }

  private static func values(of configuration: BrokerConfiguration) -> String {
    let plugins =
      configuration.providers.map { Setting(path: "providers.\($0.name)", value: "type \($0.type)", origin: $0.origin) }
      + configuration.registries.map {
        Setting(path: "registries.\($0.name)", value: "type \($0.plugin.type)", origin: $0.plugin.origin)
      }
    let rows = plugins + configuration.settings
    let width = rows.map(\.path.count).max() ?? 0
    let valueWidth = min(48, rows.map(\.value.count).max() ?? 0)
    // Rows of one path keep their order: the higher layer's first.
    let sorted = rows.enumerated().sorted { ($0.element.path, $0.offset) < ($1.element.path, $1.offset) }
    return sorted.map { _, row in
      "\(pad(row.path, width))  \(pad(row.value, valueWidth))  (\(row.origin))\n"
    }.joined()
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
