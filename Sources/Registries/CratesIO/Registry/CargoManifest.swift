import BrokerCore

extension WorkspaceFile {
  /// What is named in a `Cargo.toml`, and in those of its workspace.
  static let cargo = WorkspaceFile(CargoManifest.file) { (files) throws(BrokerError) in
    try CargoManifest.projects(in: files)
  }
}

/// The crates of a checkout as its manifests say, without cargo (The Cargo Book, "The Manifest Format" and "Workspaces").
///
/// A manifest below the first one that cannot be read names no crate.
struct CargoManifest {
  static let file = "Cargo.toml"
  /// So many manifests are read at most.
  private static let maximumFiles = 1024

  private let entries: [TOMLReader.Entry]
  private let path: String

  /// Reads the manifest in a folder; nil if there is none.
  private init?(_ folder: String, in files: any CheckoutFiles) throws(BrokerError) {
    path = folder.isEmpty ? Self.file : "\(folder)/\(Self.file)"
    guard let bytes = try files.read(path) else { return nil }
    entries = TOMLReader.entries(of: String(decoding: bytes, as: UTF8.self)).filter { !$0.isListed }
  }

  private subscript(_ path: String...) -> TOMLReader.Entry? { entries.first { $0.path == path } }

  /// The crates that may be published to crates.io, that of the folder first.
  static func projects(in files: any CheckoutFiles) throws(BrokerError) -> [WorkspaceFile.Project] {
    guard let root = try CargoManifest("", in: files) else { return [] }
    let common = root["workspace", "package", "publish"]?.value
    let excluded = root["workspace", "exclude"]?.value.strings?.compactMap { normalized($0, from: "") } ?? []
    let isWorkspace = root.entries.contains { $0.path.first == "workspace" }
    var projects: [WorkspaceFile.Project] = []
    var seen: Set<String> = [""]
    var left = [("", root)]
    var waiting = isWorkspace ? root.members(in: files) : []
    var next = 0
    while !left.isEmpty || next < waiting.count {
      if let (folder, manifest) = left.popLast() {
        if let project = manifest.project(common) { projects.append(project) }
        if isWorkspace { waiting += manifest.dependencies.compactMap { normalized($0, from: folder) } }
        continue
      }
      let folder = waiting[next]
      next += 1
      let isExcluded = excluded.contains { folder == $0 || folder.hasPrefix("\($0)/") }
      guard !isExcluded, seen.count < maximumFiles, seen.insert(folder).inserted,
        let manifest = (try? CargoManifest(folder, in: files)) ?? nil
      else { continue }
      left.append((folder, manifest))
    }
    return projects
  }

  /// The crate, if there is one that may be published to crates.io.
  private func project(_ common: TOMLReader.Value?) -> WorkspaceFile.Project? {
    guard let entry = self["package", "name"], let name = entry.value.string, !name.isEmpty, name.utf8.count <= 64,
      name.utf8.allSatisfy(CrateFiles.isNameByte)
    else { return nil }
    let isInherited = self["package", "publish", "workspace"]?.value == .other("true")
    let publish = isInherited ? common : self["package", "publish"]?.value
    guard publish != .other("false"), publish?.strings?.contains("crates-io") ?? true else { return nil }
    return WorkspaceFile.Project(name, at: FilePlace(path, line: entry.line))
  }

  /// The folders that `members` names, `*` in a part for any run of characters.
  private func members(in files: any CheckoutFiles) -> [String] {
    var folders: [String] = []
    for pattern in self["workspace", "members"]?.value.strings ?? [] {
      guard let pattern = Self.normalized(pattern, from: "") else { continue }
      var found = [""]
      for part in pattern.split(separator: "/") {
        guard part.contains("*"), let glob = GlobPattern(String(part)) else {
          found = found.map { $0.isEmpty ? String(part) : "\($0)/\(part)" }
          continue
        }
        found = found.flatMap { folder in
          files.names(in: folder).filter { glob.matches($0) && !$0.hasPrefix(".") }.map {
            folder.isEmpty ? $0 : "\(folder)/\($0)"
          }
        }
        found = Array(found.prefix(Self.maximumFiles))
      }
      folders += found
      guard folders.count < Self.maximumFiles else { break }
    }
    return folders
  }

  /// The folders of path dependencies, which belong to the workspace where they are below it.
  private var dependencies: [String] {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"]
    return entries.compactMap { entry in
      guard entry.path.last == "path", entry.path.count > 2, entry.path[0] != "workspace",
        kinds.contains(entry.path[entry.path.count - 3])
      else { return nil }
      return entry.value.string
    }
  }

  /// A path from the folder of a manifest as one from the first manifest's; nil if it leads out of that.
  private static func normalized(_ path: String, from folder: String) -> String? {
    guard !path.hasPrefix("/") else { return nil }
    var parts = folder.split(separator: "/")
    for part in path.split(separator: "/") where part != "." {
      guard part == ".." else {
        parts.append(part)
        continue
      }
      guard parts.popLast() != nil else { return nil }
    }
    return parts.joined(separator: "/")
  }
}
