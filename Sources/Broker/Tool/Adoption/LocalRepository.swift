import BrokerCore
import BrokerSystem

/// What a checkout says about itself: its git remote, its workflow or pipeline files, its project's name.
struct LocalRepository: Sendable {
  /// The folder as it was named.
  let folder: String
  /// The root of the checkout; the folder where there is none.
  let root: String
  /// Where it is hosted; nil if git's configuration does not say.
  let remote: Sourced<GitRemote>?
  /// The files below `.github/workflows`.
  let workflows: [WorkflowFile]
  /// The file `.gitlab-ci.yml`.
  let pipeline: WorkflowFile?
  /// The project's name.
  let project: Sourced<String>?

  /// Reads the checkout around a folder; the project file is that of the folder itself.
  ///
  /// - Throws: `ErrorCode.usage` if there is no such folder, `ErrorCode.configurationUnreadable` for a file that cannot be
  ///   read.
  init(around folder: String) throws(BrokerError) {
    guard FileReader.isFolder(folder) else {
      throw BrokerError(
        .usage, "There is no folder \(Neutralized.quoted(folder)).", remedy: "Name the folder of a checkout.")
    }
    self.folder = folder
    let root = Self.root(above: folder)
    remote = try root.flatMap { (root) throws(BrokerError) in try Self.remote(in: root) }
    let place = root ?? folder
    self.root = place
    var workflows: [WorkflowFile] = []
    for name in FolderReader.names(in: "\(place)/.github/workflows")
    where name.hasSuffix(".yml") || name.hasSuffix(".yaml") {
      let path = ".github/workflows/\(name)"
      workflows.append(WorkflowFile(path: path, text: try Self.text("\(place)/\(path)") ?? ""))
    }
    self.workflows = workflows
    pipeline = try Self.text("\(place)/.gitlab-ci.yml").map { WorkflowFile(path: ".gitlab-ci.yml", text: $0) }
    project = try Self.text("\(folder)/pyproject.toml").flatMap { ProjectFile.name(in: $0, path: "pyproject.toml") }
  }

  /// A repository of which nothing but the name is at hand.
  init(named remote: Sourced<GitRemote>) {
    folder = remote.value.path
    root = folder
    self.remote = remote
    workflows = []
    pipeline = nil
    project = nil
  }

  /// The files that define jobs.
  func paths(of family: IssuerFamily) -> [String] {
    family == .gitLab ? [pipeline?.path].compactMap(\.self) : workflows.map(\.path)
  }

  /// The text of a file, by its path in the checkout.
  func text(of path: String) throws(BrokerError) -> String { try Self.text("\(root)/\(path)") ?? "" }

  /// What kind of CI it has: by the host, else by the files that are there.
  var family: IssuerFamily? {
    if let family = remote.flatMap({ RepositoryHost($0.value.host).family }) { return family }
    switch (workflows.isEmpty, pipeline == nil) {
    case (false, true): return .gitHub
    case (true, false): return .gitLab
    default: return nil
    }
  }

  /// The path of a file as the checkout has it, for a job that starts at its root; the last part of the name for a file
  /// that lies elsewhere.
  func pathInCheckout(of file: String) -> String {
    let place = FileLocation.real(Self.root(above: folder) ?? folder) ?? "/"
    let path = FileLocation.absolute(file, from: FileLocation.currentFolder ?? "/")
    let root = place == "/" ? place : "\(place)/"
    return path.hasPrefix(root)
      ? String(path.dropFirst(root.count)) : path.split(separator: "/").last.map(String.init) ?? path
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
  static func remote(in root: String) throws(BrokerError) -> Sourced<GitRemote>? {
    var git = "\(root)/.git"
    if FileReader.isFile(git) {
      let pointer = try text(git)?.trimmed ?? ""
      guard pointer.hasPrefix("gitdir: ") else { return nil }
      git = absolute(String(pointer.dropFirst(8)), from: root)
      if let common = try text("\(git)/commondir")?.trimmed { git = absolute(common, from: git) }
    }
    return try text("\(git)/config").flatMap(GitRemote.origin)
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
