import BrokerCore

/// What the lines of a workflow file say about the permission of one job; nothing else of YAML is read.
struct GitHubWorkflow: Sendable {
  /// Who may have an identity token, by the file.
  enum Permission: Equatable, Sendable {
    /// The job may, by this line.
    case granted(line: Int)
    /// The job has a block of its own without it, at this line.
    case replaced(line: Int)
    /// Neither the workflow nor the job has it.
    case missing
  }

  /// A job that calls another workflow of the repository.
  struct Call: Equatable, Sendable {
    /// The job's name.
    let job: String
    /// The path of the workflow that it calls.
    let path: String
  }

  private struct Line: Sendable {
    let number: Int
    let indent: Int
    let text: String
  }

  /// The path in the repository.
  let path: String
  private let lines: [Line]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap {
      index, line in
      let content = line.drop { $0 == " " }
      let words = (content.firstRange(of: " #").map { content[..<$0.lowerBound] } ?? content).split { $0 == " " }
      guard let first = words.first, !first.hasPrefix("#") else { return nil }
      return Line(number: index + 1, indent: line.count - content.count, text: words.joined(separator: " "))
    }
  }

  /// A workflow as the checkout has it; nil if it is not there.
  init?(at path: String, in environment: Environment, files: any FileReading) {
    let folder = environment.nonEmpty("GITHUB_WORKSPACE").map { "\($0)/" } ?? ""
    guard !path.contains(".."), let bytes = try? files.read("\(folder)\(path)", maximumBytes: 256 * 1024) else {
      return nil
    }
    self.init(path: path, text: String(decoding: bytes, as: UTF8.self))
  }

  /// The workflow that was started for a job that runs, as its checkout has it; nil if it is not there.
  init?(of environment: Environment, files: any FileReading) {
    // OWNER/REPO/.github/workflows/FILE@REF
    let parts = (environment.nonEmpty("GITHUB_WORKFLOW_REF") ?? "").prefix { $0 != "@" }
      .split(separator: "/", maxSplits: 2)
    guard parts.count == 3 else { return nil }
    self.init(at: String(parts[2]), in: environment, files: files)
  }

  /// Whether it defines a job.
  func defines(_ job: String) -> Bool { block(of: job) != nil }

  /// Its jobs that call another workflow of the repository (`uses: ./.github/workflows/FILE`).
  var calls: [Call] {
    names.compactMap { name in
      let uses = block(of: name)?.first { $0.text.hasPrefix("uses:") }?.text.dropFirst(5)
      let words = uses?.filter { !" \"'".contains($0) } ?? ""
      return words.hasPrefix("./") ? Call(job: name, path: String(words.dropFirst(2).prefix { $0 != "@" })) : nil
    }
  }

  /// The permission of a job; of one that is not named, or not in the file, that of the workflow.
  func permission(of job: String?) -> Permission {
    if let job, let block = block(of: job), let own = block.first(where: { isPermission($0.text) }) {
      return grant(in: block, at: own).map { .granted(line: $0) } ?? .replaced(line: own.number)
    }
    guard let common = lines.first(where: { $0.indent == 0 && isPermission($0.text) }) else {
      // The permission of a job that is not known may stand anywhere.
      let any = job == nil ? lines.first { grants($0.text) } : nil
      return any.map { .granted(line: $0.number) } ?? .missing
    }
    return grant(in: lines[...], at: common).map { .granted(line: $0) } ?? .missing
  }

  // MARK: Lines

  private var jobs: ArraySlice<Line> {
    guard let start = lines.firstIndex(where: { $0.indent == 0 && $0.text == "jobs:" }) else { return [] }
    return lines[(start + 1)...].prefix { $0.indent > 0 }
  }

  private var names: [String] {
    let outer = jobs.first?.indent
    return jobs.filter { $0.indent == outer && $0.text.hasSuffix(":") }.map { String($0.text.dropLast()) }
  }

  /// The lines below a job's name.
  private func block(of job: String) -> ArraySlice<Line>? {
    guard let outer = jobs.first?.indent,
      let start = jobs.firstIndex(where: { $0.indent == outer && $0.text == "\(job):" })
    else { return nil }
    return jobs[(start + 1)...].prefix { $0.indent > outer }
  }

  private func isPermission(_ text: String) -> Bool { text.hasPrefix("permissions:") }

  /// The line of a permissions block that grants identity tokens.
  private func grant(in lines: ArraySlice<Line>, at key: Line) -> Int? {
    if grants(key.text) { return key.number }
    let below = lines.drop { $0.number <= key.number }.prefix { $0.indent > key.indent }
    return below.first { grants($0.text) }?.number
  }

  private func grants(_ text: String) -> Bool {
    text.contains("id-token: write") || text.contains("id-token: \"write\"") || text.contains("id-token: 'write'")
      || text == "permissions: write-all"
  }
}
