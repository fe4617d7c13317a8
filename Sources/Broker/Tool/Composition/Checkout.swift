import BrokerCore
import BrokerSystem

/// The folders of this job's checkout: whoever can change the repository can change what lies in them.
struct Checkout: Sendable {
  private let folders: [String]

  /// The folder that the CI system names, the git work tree around the current folder, and the current folder itself.
  init(environment: Environment, around path: String? = nil) {
    var folders = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].compactMap { environment.nonEmpty($0) }
    let current = FileLocation.currentFolder
    let starts = [current, path.flatMap { FileLocation.real(FileLocation.folder(of: $0)) }].compactMap { $0 }
    folders += starts + starts.compactMap(Self.workTree)
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

  /// The nearest folder above that has a `.git`.
  private static func workTree(of folder: String) -> String? {
    var folder = folder
    while folder != "/" {
      if FileReader.exists("\(folder)/.git") { return folder }
      folder = FileLocation.folder(of: folder)
    }
    return nil
  }
}
