import BrokerCore
import BrokerSystem

/// What a checkout says about itself: its git remote, the files that define its jobs, its project's name.
struct LocalRepository: Sendable {
  /// What the plug-ins know about such repositories.
  let catalog: AdoptionCatalog
  /// The folder as it was named.
  let folder: String
  /// The root of the checkout; the folder where there is none.
  let root: String
  /// Where it is hosted; nil if git's configuration does not say.
  let remote: Sourced<GitRemote>?
  /// Whether nothing but the name is at hand.
  let isNamed: Bool
  /// The files that define jobs, by the kind of their issuer.
  private let files: [IssuerFamily: [WorkflowFile]]
  /// The names in the files that name a project, by the path.
  private let projects: [String: Sourced<String>]
  /// The projects of files that name several, by the path.
  private let workspaces: [String: [Sourced<String>]]

  /// Reads the checkout around a folder; the project file is that of the folder itself.
  ///
  /// - Throws: `ErrorCode.usage` if there is no such folder, `ErrorCode.configurationUnreadable` for a file that cannot be
  ///   read.
  init(around folder: String, _ catalog: AdoptionCatalog) throws(BrokerError) {
    guard FileReader.isFolder(folder) else {
      throw BrokerError(
        .usage, "There is no folder \(Neutralized.quoted(folder)).", remedy: "Name the folder of a checkout.")
    }
    self.folder = folder
    self.catalog = catalog
    let root = Self.root(above: folder)
    remote = try root.flatMap { (root) throws(BrokerError) in try Self.remote(in: root, catalog) }
    let place = root ?? folder
    self.root = place
    var files: [IssuerFamily: [WorkflowFile]] = [:]
    for provider in catalog.providers {
      for path in provider.jobs.paths({ FolderReader.names(in: "\(place)/\($0)") }) {
        guard let text = try Self.text("\(place)/\(path)"), let file = provider.adoption?.jobFile(path, text) else {
          continue
        }
        files[provider.jobs.family, default: []].append(WorkflowFile(file))
      }
    }
    self.files = files
    isNamed = false
    projects = try Self.projects(in: folder, catalog)
    var workspaces: [String: [Sourced<String>]] = [:]
    for file in catalog.plugins.tools.workspaces {
      workspaces[file.path] = try file.projects(SystemCheckout(root: folder)).map { Sourced($0.name, "\($0.place)") }
    }
    self.workspaces = workspaces
  }

  /// A repository of which nothing but the name is at hand.
  init(named remote: Sourced<GitRemote>, _ catalog: AdoptionCatalog) {
    self.catalog = catalog
    folder = remote.value.path
    root = folder
    self.remote = remote.map(catalog.known)
    files = [:]
    isNamed = true
    projects = [:]
    workspaces = [:]
  }

  /// The repository's address; nil if that is not known.
  var address: Message? { remote.map { "https://\(Neutralized("\($0.value.host)/\($0.value.path)"))" } }

  /// The files that define jobs.
  func files(of family: IssuerFamily?) -> [WorkflowFile] { family.flatMap { files[$0] } ?? [] }

  /// The project's name in the files of a registry's tools; nil if none says it.
  func project(of tools: PublishingTools) -> Sourced<String>? {
    let named = workspace(of: tools)
    return named.count == 1
      ? named[0] : named.isEmpty ? tools.projects.lazy.compactMap { projects[$0.path] }.first : nil
  }

  /// The projects that a file of a registry's tools names for all.
  func workspace(of tools: PublishingTools) -> [Sourced<String>] {
    tools.workspaces.lazy.compactMap { workspaces[$0.path] }.first { !$0.isEmpty } ?? []
  }

  /// Whether the folder has a file of a registry's tools that names projects.
  func hasProjects(of tools: PublishingTools) -> Bool {
    !isNamed && tools.projectPaths.contains { FileReader.isFile("\(folder)/\($0)") }
  }

  /// The names in the files of a folder that name a project, by the path.
  static func projects(
    in folder: String, _ catalog: AdoptionCatalog, below place: String = ""
  ) throws(BrokerError) -> [String: Sourced<String>] {
    var projects: [String: Sourced<String>] = [:]
    for file in catalog.plugins.tools.projects {
      guard let found = try text("\(folder)/\(file.path)").flatMap(file.name) else { continue }
      projects[file.path] = Sourced(found.text, "\(Neutralized(place + file.path)), line \(found.line)")
    }
    return projects
  }

  /// The text of a file, by its path in the checkout.
  func text(of path: String) throws(BrokerError) -> String { try Self.text("\(root)/\(path)") ?? "" }

  /// Whether the folder is the root of the checkout.
  var isRoot: Bool { root == folder }

  /// What kind of CI it has: by the host, else by the files that are there.
  var family: IssuerFamily? {
    if let family = remote.flatMap({ catalog.host($0.value.host).family }) { return family }
    return files.count == 1 ? files.keys.first : nil
  }

  /// The path of a file as the checkout has it, for a job that starts at its root; the last part of the name for a file
  /// that lies elsewhere.
  func pathInCheckout(of file: String) -> String {
    let place = FileLocation.real(Self.root(above: folder) ?? folder) ?? "/"
    let path = FileLocation.absolute(file, from: FileLocation.currentFolder ?? "/")
    let root = place == "/" ? place : "\(place)/"
    return path.hasPrefix(root)
      ? String(path.dropFirst(root.count)) : path.lastPathPart ?? path
  }

  /// The nearest folder above that has a `.git`, within 32 levels.
  static func root(above folder: String) -> String? {
    var folder = folder
    for _ in 0..<32 {
      if FileReader.exists("\(folder)/.git") { return folder }
      folder += "/.."
    }
    return nil
  }

  /// The remote in git's configuration; for a linked work tree, in that of the main one.
  static func remote(in root: String, _ catalog: AdoptionCatalog) throws(BrokerError) -> Sourced<GitRemote>? {
    var git = "\(root)/.git"
    if FileReader.isFile(git) {
      let pointer = try text(git)?.trimmed ?? ""
      guard pointer.hasPrefix("gitdir: ") else { return nil }
      git = absolute(String(pointer.dropFirst(8)), from: root)
      if let common = try text("\(git)/commondir")?.trimmed { git = absolute(common, from: git) }
    }
    return try text("\(git)/config").flatMap(GitRemote.origin)?.map(catalog.known)
  }

  private static func absolute(_ path: String, from folder: String) -> String {
    path.hasPrefix("/") ? path : "\(folder)/\(path)"
  }

  /// The text of a file; nil if there is none.
  static func text(_ path: String) throws(BrokerError) -> String? {
    guard FileReader.isFile(path) else { return nil }
    return String(
      decoding: try FileReader.read(path, maximumBytes: 1 << 20, code: .configurationUnreadable), as: UTF8.self)
  }
}
