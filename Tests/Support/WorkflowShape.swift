public import BrokerCore

/// Files of a checkout in memory.
public struct CheckoutInMemory: CheckoutFiles {
  private let files: [String: String]

  /// Files by their paths.
  public init(_ files: [String: String]) { self.files = files }

  /// The names in a folder, sorted.
  public func names(in folder: String) -> [String] {
    let start = folder.isEmpty ? "" : "\(folder)/"
    let names = files.keys.filter { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count).prefix { $0 != "/" }) }
    return Set(names).sorted()
  }

  /// The contents of a file; nil if it is not there.
  public func read(_ path: String) throws(BrokerError) -> [UInt8]? { files[path].map { Array($0.utf8) } }
}

/// A shape of a checkout in `Tests/Vectors/Workflows`: its files, each behind a line `#--- PATH`, and behind `#--- expected`
/// what a reader has to say about it.
public struct WorkflowShape: Sendable, CustomStringConvertible {
  /// The shape's name.
  public let name: String
  /// The files by their paths.
  public let files: [String: String]
  /// What a reader has to say.
  public let expected: String

  /// The shape's name.
  public var description: String { name }

  /// All shapes of a provider, by the beginning of their names.
  public static func all(_ provider: String) -> [WorkflowShape] {
    let folder = TestFolder(at: "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/"))
    let index = folder.read("Tests/Vectors/Workflows/index")
    return index.split(separator: "\n").map(String.init).filter { $0.hasPrefix(provider) }.map {
      WorkflowShape($0, folder.read("Tests/Vectors/Workflows/\($0)"))
    }
  }

  private init(_ name: String, _ text: String) {
    var files: [String: String] = [:]
    var path = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#--- ") {
        path = String(line.dropFirst(5))
      } else {
        files[path, default: ""] += "\(line)\n"
      }
    }
    self.name = name
    expected = String((files.removeValue(forKey: "expected") ?? "").reversed().drop { $0 == "\n" }.reversed())
    // Line ends of another system are written as a mark, so that no tool changes them.
    self.files = files.mapValues { $0.replacing("~\n", with: "\r\n") }
  }

  /// What a reader says about the shape, in the words of `expected`.
  public func text(_ reader: WorkflowReader) -> String {
    let survey = reader.survey(
      WorkflowReader.Request(files: CheckoutInMemory(files), repository: "octo-org/sample"))
    return (survey.findings.map(Self.text) + survey.jobs.flatMap(Self.lines)).joined(separator: "\n")
  }

  private static func text(_ place: FilePlace?) -> String {
    place.map { "@\($0.path.split(separator: "/").last ?? ""):\($0.line)" } ?? ""
  }

  private static func text<Value>(_ reading: Reading<Value>) -> String {
    switch reading {
    case .known(let value, let place): "\(value)\(text(place))"
    case .absent: "none"
    case .unknown(let why, let place): "unknown (\(why))\(text(place))"
    }
  }

  private static func text(_ finding: WorkflowFinding) -> String {
    "\(finding.kind) \(finding.code)\(text(finding.place))"
  }

  private static func text(_ values: [String: JobValue]) -> String {
    values.sorted { $0.key < $1.key }.map { name, value in
      switch value.content {
      case .text(let text): "\(name)=\(text.split(separator: "\n").first ?? "")"
      case .stored(let stored): "\(name)=stored \(stored)"
      case .made: "\(name)=made"
      case .unknown: "\(name)=?"
      }
    }.joined(separator: " ")
  }

  private static func text(_ occasion: JobOccasion) -> String {
    "\(occasion.summary)\(occasion.isCertain ? "" : "?")"
  }

  private static func lines(_ job: JobSurvey) -> [String] {
    var lines = ["job \(job.name)\(text(job.place)) of \(job.startedFile)" + (job.calledFile.map { " in \($0)" } ?? "")]
    lines.append("  identity \(text(job.identity)), environment \(text(job.environment)), hosted \(text(job.isHosted))")
    for token in job.tokens ?? [] { lines.append("  token \(token.variable) for \(text(token.audience))") }
    for step in job.steps {
      let work =
        switch step.work {
        case .script(let script):
          "run "
            + script.filter { !$0.text.allSatisfy(\.isWhitespace) }.map { "[\($0.place.line)] \($0.text)" }.joined(
              separator: " | ")
        case .part(let name): "part \(name)"
        case .called(let name): "called \(name)"
        case .unknown(let why): "unknown (\(why))"
        }
      let values = [step.inputs, step.variables].map(text).filter { !$0.isEmpty }.map { " {\($0)}" }.joined()
      let occasions = step.occasions.map(text).joined(separator: ", ")
      lines.append("  \(work)\(values) on \(occasions.isEmpty ? "nothing" : occasions)")
    }
    return lines + job.findings.map { "  \(text($0))" }
  }
}
