import BrokerCore
import BrokerSystem

/// The projects of a checkout, and which of them a job publishes.
struct Packages: Sendable {
  /// A folder with a project file.
  struct Package: Sendable {
    /// The folder, from the root of the checkout.
    let folder: String
    /// The names in the files that name a project, by the path in the folder.
    let projects: [String: Sourced<String>]

    /// The project's name in the files of a registry's tools; nil if none says it.
    func project(of tools: PublishingTools) -> Sourced<String>? {
      tools.projects.lazy.compactMap { projects[$0.path] }.first
    }
  }

  /// The projects below the root.
  private let all: [Package]
  private let repository: LocalRepository

  private static let limits = (depth: 3, folders: 512, packages: 256)
  /// Folders whose projects are not for others.
  private static let others: Set<String> = [
    "tests", "test", "testing", "examples", "example", "docs", "fixtures", "node_modules", "vendor", "third_party",
    "build",
    "dist", "venv", "target", "templates", "benchmarks",
  ]

  /// Looks through the folders of a checkout.
  ///
  /// - Throws: `ErrorCode.configurationUnreadable` for a project file that cannot be read.
  init(in repository: LocalRepository) throws(BrokerError) {
    self.repository = repository
    var found: [Package] = []
    var folders = [""]
    var next = 0
    while next < folders.count, next < Self.limits.folders, found.count < Self.limits.packages {
      let folder = folders[next]
      next += 1
      guard folder.split(separator: "/").count < Self.limits.depth else { continue }
      for name in FolderReader.names(in: "\(repository.root)/\(folder)") {
        guard !name.hasPrefix("."), !Self.others.contains(name.lowercased()) else { continue }
        let inner = folder.isEmpty ? name : "\(folder)/\(name)"
        guard FileReader.isFolder("\(repository.root)/\(inner)") else { continue }
        folders.append(inner)
        let projects = try LocalRepository.projects(
          in: "\(repository.root)/\(inner)", repository.catalog, below: "\(inner)/")
        if !projects.isEmpty { found.append(Package(folder: inner, projects: projects)) }
      }
    }
    all = found
  }

  /// The names of the projects that a registry's tools publish.
  func projects(of tools: PublishingTools) -> [Sourced<String>] {
    let named = repository.workspace(of: tools)
    return named.isEmpty ? all.compactMap { $0.project(of: tools) } : named
  }

  /// The projects that a job publishes.
  ///
  /// - Returns: Those whose folders or names its step, its other steps, its name or its file name; else all of them, unless
  ///   the root is a project itself. `isTold` says whether anything named them.
  func published(by use: PublishingUse, _ tools: PublishingTools) -> (projects: [Sourced<String>], isTold: Bool) {
    let workspace = repository.workspace(of: tools)
    guard workspace.isEmpty else {
      let texts = Self.texts(of: use.step)
      let named = workspace.filter { project in texts.contains { Self.names($0, project.value) } }
      return (named.isEmpty || workspace.count == 1 ? workspace : named, true)
    }
    let known = all.filter { $0.project(of: tools) != nil }
    func projects(_ packages: [Package]) -> [Sourced<String>] { packages.compactMap { $0.project(of: tools) } }
    for texts in [Self.texts(of: use.step), use.job.steps.flatMap(Self.texts)] {
      let named = known.filter { package in texts.contains { Self.names($0, package.folder) } }
      if !named.isEmpty { return (projects(named), true) }
    }
    let names = [
      use.job.name, use.job.startedFile.lastPathPart ?? "", use.job.place.path,
    ]
    let called = known.filter { package in
      let last = package.folder.lastPathPart
      return names.contains { name in
        [package.project(of: tools)?.value, last].contains {
          $0.map { Self.names(name.lowercased(), $0.lowercased()) } == true
        }
      }
    }
    if !called.isEmpty { return (projects(called), true) }
    return repository.project(of: tools) != nil ? ([], true) : (projects(known), known.count < 2)
  }

  private static func texts(of step: JobStep) -> [String] {
    var texts = step.inputs.values.compactMap(\.text) + [step.folder].compactMap(\.self)
    if case .script(let lines) = step.work { texts += lines.map(\.text) }
    return texts
  }

  /// Whether a text has a folder or a name as a whole, or the beginning of the folder before an expression.
  private static func names(_ text: String, _ name: String) -> Bool {
    func isPart(_ character: Character?) -> Bool {
      character.map { $0.isLetter || $0.isNumber || "_-.".contains($0) } ?? false
    }
    var rest = text[...]
    while let range = rest.firstRange(of: name) {
      let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
      let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
      if !isPart(before), !isPart(after) || after == "." { return true }
      rest = text[text.index(after: range.lowerBound)...]
    }
    return text.split(whereSeparator: \.isWhitespace).contains { word in
      guard let start = word.firstIndex(of: "$"), let slash = word[..<start].lastIndex(of: "/") else { return false }
      return name.hasPrefix(word[...slash].drop { $0 == "." || $0 == "/" }) && slash != word.startIndex
    }
  }
}
