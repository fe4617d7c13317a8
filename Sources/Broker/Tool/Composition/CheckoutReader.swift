import BrokerCore
import BrokerSystem

/// Reads what the checkout of a job says about itself; what cannot be read is left out.
struct CheckoutReader: Sendable {
  let environment: Environment
  /// The variables in which runners name the checkout.
  let variables: [String]
  /// What is known of repositories: where the files lie that define jobs, and those that name a project.
  let catalog: AdoptionCatalog
  /// The registries whose projects are looked for.
  let registries: [Target]

  /// So many files are read at most, and so many bytes of each.
  private static let limits = (files: 64, bytes: 256 * 1024)

  /// What was read: of the checkout that the runner names, or else of the one around the current folder.
  var checkout: Background.Checkout {
    var checkout = Background.Checkout()
    let folders = variables.compactMap { environment.nonEmpty($0) }.filter(FileReader.isFolder) + ["."]
    let here = try? LocalRepository(around: ".", catalog)
    checkout.files = folders.lazy.map(files).first { !$0.isEmpty } ?? []
    checkout.repository =
      (here?.remote ?? folders.first.flatMap { (try? LocalRepository(around: $0, catalog))?.remote }).map {
        ($0.value.owner, $0.value.name)
      }
    for registry in registries {
      checkout.projects[registry.name] = here?.project(of: registry.registry.capabilities.tools)?.value
    }
    return checkout
  }

  private func files(in folder: String) -> [(path: String, text: String)] {
    var root = folder
    if folder == ".", let found = FileLocation.real(folder).flatMap(Checkout.root(of:)) { root = found }
    let names = catalog.plugins.jobs.flatMap { $0.paths { FolderReader.names(in: "\(root)/\($0)") } }
    return names.prefix(Self.limits.files).compactMap { name in
      let path = "\(root)/\(name)"
      guard FileReader.isFile(path),
        let bytes = try? FileReader.read(path, maximumBytes: Self.limits.bytes, code: .fileUnreadable)
      else { return nil }
      return (name, String(decoding: bytes, as: UTF8.self))
    }
  }
}
