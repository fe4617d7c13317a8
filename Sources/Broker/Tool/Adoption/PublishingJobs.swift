import BrokerCore
import BrokerSystem

/// The files of a repository whose jobs publish today, changed so that they do it with the broker.
struct PublishingJobs: Sendable {
  /// A file.
  struct File: Sendable {
    /// The path in the checkout.
    let path: String
    /// The text as it is.
    let old: String
    /// What it becomes.
    let change: WorkflowChange
  }

  let files: [File]
  /// What could not be read.
  let notes: [Message]

  /// Looks through the files of a repository, or through the one that is named.
  ///
  /// - Throws: `ErrorCode.usage` if a job that publishes cannot be changed, or several files publish to one registry.
  init(
    in repository: LocalRepository, _ paths: [String], named name: String?, adoption: ProviderAdoption,
    targets: [Target], configuration: String, environment: String, isOnMachine: Bool
  ) throws(BrokerError) {
    let scripts = PublishingScripts(
      tools: PublishingTools.all(of: targets.map(\.registry.capabilities.tools)), targets: targets)
    var files: [File] = []
    var notes: [Message] = []
    for path in paths {
      let text = try repository.text(of: path)
      let request = WorkflowChangeRequest(
        path: path, text: text, version: TokenBrokerTool.version, configuration: configuration,
        environment: environment,
        install: { registry in
          let recipe = targets.first { $0.name == registry }?.registry.capabilities.tools.recipe
          return (isOnMachine ? recipe?.onMachine : recipe?.inImage)?.broker(with: TokenBrokerTool.version) ?? []
        },
        audience: { registry in targets.first { $0.name == registry }?.expectedAudience },
        script: { (line, variables) throws(BrokerError) in try scripts.change(line, variables) },
        part: { (name, inputs) throws(BrokerError) in try scripts.change(part: name, inputs) },
        decides: { scripts.decides($0) })
      let isNamed = name.map { path == $0 || path.hasSuffix("/\($0)") } ?? true
      do throws(BrokerError) {
        if let change = try adoption.change(request) { files.append(File(path: path, old: text, change: change)) }
      } catch {
        guard isNamed else { continue }
        // A file that cannot be read may be one that does not publish.
        guard error.code == .configurationInvalid, name == nil else { throw error }
        notes.append(error.message)
      }
    }
    try Self.checkApart(files)
    self.files = files.filter { file in name.map { file.path == $0 || file.path.hasSuffix("/\($0)") } ?? true }
    self.notes = notes
  }

  /// Two files that publish to one registry would do so on one tag, with or without the broker.
  private static func checkApart(_ files: [File]) throws(BrokerError) {
    for (index, file) in files.enumerated() {
      for job in file.change.jobs {
        for other in files[(index + 1)...] {
          guard let second = other.change.jobs.first(where: { !Set($0.registries).isDisjoint(with: job.registries) })
          else { continue }
          throw BrokerError(
            .usage,
            "\(Neutralized(file.path)), line \(job.line), and \(Neutralized(other.path)), line \(second.line), publish to \(Neutralized(job.registries.first { second.registries.contains($0) } ?? "")), both of them.",
            remedy: "Take the job out of one of the two files, so that a tag is published once; then run this again.")
        }
      }
    }
  }

  /// The jobs, each with its file, in the order of the files.
  var jobs: [(path: String, job: WorkflowChange.Job)] {
    files.flatMap { file in file.change.jobs.map { (file.path, $0) } }
  }
}
