import BrokerCore
import BrokerSystem

/// The folders of this job's checkout: whoever can change the repository can change what lies in them.
struct Checkout: Sendable {
  private let folders: [String]

  /// The folders that runners name in `variables`, the git work tree around the current folder, and the current folder
  /// itself.
  init(named variables: [String], in environment: Environment, around path: String? = nil) {
    var folders = variables.compactMap { environment.nonEmpty($0) }
    let current = FileLocation.currentFolder
    let starts = [current, path.flatMap { FileLocation.real(FileLocation.folder(of: $0)) }].compactMap { $0 }
    folders += starts + starts.compactMap(Self.root)
    let both = folders.flatMap { [FileLocation.absolute($0, from: current ?? "/"), FileLocation.real($0)] }
    // A job that stands in / has no checkout there: everything would be in it.
    self.folders = both.compactMap { $0 }.filter { $0 != "/" }
  }

  /// Whether a file lies in the checkout, by its name or by what that leads to.
  func contains(_ path: String) -> Bool {
    let named = FileLocation.absolute(path, from: FileLocation.currentFolder ?? "/")
    return [named, FileLocation.real(path)].compactMap { $0 }.contains { file in
      folders.contains { file.hasPrefix("\($0)/") }
    }
  }

  /// Whether a file lies in a git work tree, whosever, by its name or by what that leads to.
  static func isInWorkTree(_ path: String) -> Bool {
    let named = FileLocation.absolute(path, from: FileLocation.currentFolder ?? "/")
    return [named, FileLocation.real(path)].compactMap { $0 }.contains { root(of: FileLocation.folder(of: $0)) != nil }
  }

  /// The nearest folder, this one or above, that is the root of a git work tree.
  static func root(of folder: String) -> String? {
    var folder = folder
    while folder != "/" {
      if isRoot(folder) { return folder }
      folder = FileLocation.folder(of: folder)
    }
    return nil
  }

  /// Whether a folder is the root of a git work tree; a submodule is a part of the tree around it (git-submodule,
  /// "gitfiles": its `.git` is a file that leads below `modules` of that tree's).
  static func isRoot(_ folder: String) -> Bool {
    let path = "\(folder)/.git"
    guard FileReader.isListed(path) else { return false }
    guard FileReader.isFile(path),
      let bytes = try? FileReader.read(path, maximumBytes: 8192, code: .configurationUnreadable)
    else { return true }
    let text = String(decoding: bytes, as: UTF8.self)
    return !(text.hasPrefix("gitdir: ..") && text.contains("/.git/modules/"))
  }
}
