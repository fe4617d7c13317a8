import BrokerCore

/// A pipeline: the file that is started, and the files of the checkout that it includes (docs.gitlab.com, "CI/CD YAML
/// syntax reference").
struct GitLabPipeline {
  /// The keys of all files together.
  private(set) var root: GitLabNode?
  /// The files that were read.
  private(set) var files: [String] = []
  /// What is to be said about the files.
  private(set) var findings: [WorkflowFinding] = []
  /// Whether a file that is not in the checkout may define or change jobs.
  private(set) var isOpen = false
  /// What is included by its name: components.
  private(set) var components: [(name: String, node: GitLabNode)] = []

  private let source: any CheckoutFiles
  private static let maximumFiles = 128
  /// GitLab's limit (docs.gitlab.com, "extends").
  private static let maximumLevels = 11

  /// The pipeline of a file, or of several that are one.
  init(_ paths: [String], in source: any CheckoutFiles) {
    self.source = source
    for path in paths {
      guard let read = load(path, depth: 0) else { continue }
      root = root?.under(read) ?? read
    }
  }

  // MARK: Files

  private mutating func load(_ path: String, depth: Int) -> GitLabNode? {
    guard !files.contains(path), files.count < Self.maximumFiles, depth < 16 else { return nil }
    func finding(_ kind: WorkflowFinding.Kind, _ line: Int, _ text: Message, _ fix: Message? = nil) -> WorkflowFinding {
      WorkflowFinding("pipeline-unread", kind, at: FilePlace(path, line: line), text, fix: fix)
    }
    let documents: [YAMLNode]
    do throws(BrokerError) {
      guard let bytes = try source.read(path) else { return nil }
      files.append(path)
      do throws(SyntaxError) { documents = try YAMLReader().read(bytes) } catch {
        isOpen = true
        switch error.reason {
        case .syntax, .unknownAnchor, .notUTF8:
          findings.append(
            finding(
              .fix, error.position.line,
              "\(Neutralized(path)), \(error.position): \(error.summary); GitLab starts no pipeline with such a file.",
              "Correct the file at this place."))
        default:
          findings.append(
            finding(.unknown, error.position.line, "\(Neutralized(path)), \(error.position): \(error.summary)."))
        }
        return nil
      }
    } catch {
      isOpen = true
      findings.append(finding(.unknown, 1, error.message))
      return nil
    }
    // A file with inputs begins with a document that declares them.
    let body = documents.count == 2 && documents[0].mapping?["spec"] != nil ? documents[1] : documents.first
    guard documents.count <= 2, let body, body.mapping != nil else {
      isOpen = true
      findings.append(finding(.unknown, 1, "\(Neutralized(path)) is no pipeline that is read here."))
      return nil
    }
    let own = GitLabNode(body, in: path)
    guard let include = own["include"] else { return own }
    var whole: GitLabNode?
    for element in include.elements {
      for included in self.included(element, by: path, depth: depth + 1) { whole = whole?.under(included) ?? included }
    }
    return whole?.under(own) ?? own
  }

  private mutating func included(_ node: GitLabNode, by path: String, depth: Int) -> [GitLabNode] {
    if node["rules"] != nil { return leave(node, "under rules") }
    if let name = node["component"]?.text {
      components.append((name, node))
      // The jobs of somebody else's component are not known.
      return []
    }
    if node["template"] != nil { return [] }
    guard let name = node["local"]?.text ?? node.text, !name.contains("$"), !name.contains("://"),
      node["project"] == nil
    else { return leave(node, "of another place") }
    let file = String(name.drop { $0 == "/" })
    guard !file.split(separator: "/").contains("..") else { return leave(node, "of another place") }
    let files = file.contains("*") ? matches(file) : [file]
    let read = files.compactMap { load($0, depth: depth) }
    return read.isEmpty && !files.contains(where: self.files.contains)
      ? leave(node, "that is not in the checkout") : read
  }

  /// The files of a folder that a pattern in the last part names.
  private func matches(_ pattern: String) -> [String] {
    let parts = pattern.split(separator: "/").map(String.init)
    let folder = parts.dropLast().joined(separator: "/")
    guard let last = parts.last, !folder.contains("*"), let glob = GlobPattern(last) else { return [] }
    return source.names(in: folder).filter(glob.matches).map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
  }

  private mutating func leave(_ node: GitLabNode, _ words: Message) -> [GitLabNode] {
    isOpen = true
    findings.append(
      WorkflowFinding(
        "include-unread", .unknown, .others, at: node.place,
        "A file \(words) is included, and its jobs are not read here."
      ))
    return []
  }

  // MARK: Jobs

  private static let keywords: Set<String> = [
    "default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script",
    "after_script", "spec",
  ]

  /// The names of the jobs; a hidden one is a part of others.
  var jobs: [String] {
    (root?.members ?? []).compactMap { name, value in
      Self.keywords.contains(name) || name.hasPrefix(".") || value.members == nil ? nil : name
    }
  }

  /// A job with what it extends; `isOpen` if something of that is not in the files.
  func job(_ name: String) -> (node: GitLabNode, isOpen: Bool)? { job(name, level: 0) }

  private func job(_ name: String, level: Int) -> (node: GitLabNode, isOpen: Bool)? {
    guard let own = root?[name] else { return nil }
    guard level < Self.maximumLevels else { return (own, true) }
    guard let extends = own["extends"] else { return (own, false) }
    var whole: GitLabNode?
    var isOpen = false
    for element in extends.elements {
      guard let base = element.text, let found = job(base, level: level + 1) else {
        isOpen = true
        continue
      }
      isOpen = isOpen || found.isOpen
      whole = whole?.under(found.node) ?? found.node
    }
    return (whole?.under(own) ?? own, isOpen)
  }

  /// A value with its references followed; nil if one leads out of the files.
  func resolved(_ node: GitLabNode, depth: Int = 0) -> GitLabNode? {
    guard let path = node.reference else { return node }
    guard depth < 10, let name = path.first else { return nil }
    var found = name.hasPrefix(".") || jobs.contains(name) ? job(name)?.node : root?[name]
    for key in path.dropFirst() { found = found.flatMap { resolved($0, depth: depth + 1) }?[key] }
    return found.flatMap { resolved($0, depth: depth + 1) }
  }

  /// The elements of a list with references in their place, lists in it flattened; nil where one leads out of the files.
  func elements(_ node: GitLabNode, depth: Int = 0) -> [GitLabNode]? {
    guard depth < 10, let node = resolved(node) else { return nil }
    var all: [GitLabNode] = []
    for element in node.elements {
      guard element.reference != nil || element.node.sequence != nil else {
        all.append(element)
        continue
      }
      guard let inner = elements(element, depth: depth + 1) else { return nil }
      all += inner
    }
    return all
  }
}
