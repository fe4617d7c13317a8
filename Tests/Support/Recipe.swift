import BrokerConformance
public import BrokerCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A recipe of docs/recipes, read as a file that the job names.
public enum Recipe {
  /// The text of a recipe.
  public static func text(_ name: String) throws -> String { try page("recipes/\(name).json") }

  /// A file of docs.
  public static func page(_ name: String) throws -> String {
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return try String(contentsOfFile: "/\(folder)/docs/\(name)", encoding: .utf8)
  }

  /// The configuration of a recipe, its text changed.
  public static func configuration(
    _ name: String, in catalog: PluginCatalog, _ change: (String) -> String = { $0 }
  ) throws -> BrokerConfiguration {
    try read(change(text(name)), in: catalog)
  }

  /// A configuration that may declare.
  public static func read(_ text: String, in catalog: PluginCatalog) throws(BrokerError) -> BrokerConfiguration {
    try ConfigurationReader(catalog: catalog).read(
      organisation: nil,
      repository: ConfigurationSource(
        name: "recipe.json", bytes: Array(text.utf8), isRepositoryControlled: true, mayDeclare: true))
  }
}
