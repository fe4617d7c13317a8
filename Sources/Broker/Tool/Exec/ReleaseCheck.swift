import BrokerCore
import BrokerSystem

/// Compares the files of a command with what the registries of all targets already have, before anything is published.
struct ReleaseCheck: Sendable {
  let broker: Broker
  let console: Console
  let localFiles: LocalFiles
  /// What gives the job's identity tokens.
  let source: any IdentityTokenSource

  /// What is known of each target, by its name; a target that is not in it is published to.
  ///
  /// What is not compared is said, and is always published.
  ///
  /// - Parameters:
  ///   - files: What the command names.
  ///   - command: The command.
  ///   - targets: The registries.
  /// - Returns: What is known.
  /// - Throws: `ErrorCode.releaseConflict` if a registry has a file of the same name with other contents,
  ///   `ErrorCode.releaseRefused` if it never takes one of the files, and the errors of asking.
  func decide(
    _ files: CommandFiles, of command: [String], at targets: [Target]
  ) async throws(BrokerError) -> [String: ReleaseOutlook] {
    if let reason = files.unknown {
      say("not compared with what is published: \(reason)")
      await noteUnknown(files, at: targets)
      return [:]
    }
    if !files.others.isEmpty {
      let names = files.others.map { Neutralized(command[$0], limit: 120) }
      say("not compared with what is published: \(names.joined(separator: ", "))")
    }
    var questions: [Question] = []
    var unnamed: [String] = []
    for target in targets {
      var local: [ReleaseComparison.LocalFile] = []
      for file in files.files {
        if let compared = try localFiles.file(file.location, for: target, isRemade: file.isRemade) {
          local.append(compared)
        } else if !unnamed.contains(file.path) {
          unnamed.append(file.path)
        }
      }
      if !local.isEmpty { questions.append(Question(target: target, files: local)) }
    }
    for path in unnamed {
      say("\(Neutralized(path)) names no project and is not compared with what is published")
    }
    let comparisons = try await answers(to: questions)
    try refuseConflicts(comparisons)
    try refuseObjections(zip(questions.map(\.target), comparisons.map(\.1)).map { ($0, $1) }, files)
    var outlooks: [String: ReleaseOutlook] = [:]
    var job: JobIdentity?
    for (question, comparison) in zip(questions, comparisons.map(\.1)) {
      noteRemade(comparison.remade, at: question.target)
      await note(comparison.unknownProjects, at: question.target, &job)
      let decision = decision(
        comparison, for: question.target.name,
        isWhole: files.isWhole && question.files.count == files.files.count)
      outlooks[question.target.name] = ReleaseOutlook(
        decision: decision, newProjects: Set(comparison.unknownProjects),
        digests: Dictionary(comparison.remade.map { ($0.filename, $0.published) }) { $1 })
    }
    return outlooks
  }

  /// Refuses what a registry never takes, of the files that it does not have.
  private func refuseObjections(
    _ comparisons: [(target: Target, comparison: ReleaseComparison)], _ files: CommandFiles
  ) throws(BrokerError) {
    var objections: [(target: String, objection: DistributionObjection)] = []
    for (target, comparison) in comparisons {
      let published = Set(comparison.published)
      let paths = files.files.filter { !published.contains($0.name) }.map(\.location)
      let found = target.registry.capabilities.distributions?.objections(to: paths, listings: comparison.listings)
      objections += (found ?? []).map { (target.name, $0) }
    }
    guard let (name, first) = objections.first else { return }
    throw BrokerError(
      .releaseRefused,
      "\(Neutralized(name)) will refuse \(Neutralized.quoted(Self.filename(first.path))): \(first.reason)",
      remedy: "\(first.remedy) Nothing was published; --no-compare does not look.",
      facts: objections.dropFirst().map { other in
        BrokerError.Fact(
          "\(Neutralized(other.target)): \(Neutralized(Self.filename(other.objection.path), limit: 120))",
          other.objection.reason)
      })
  }

  private static func filename(_ path: String) -> String { path.lastPathPart ?? path }

  /// How long a registry is asked for a project of which nothing is compared.
  private static let glance: Duration = .seconds(5)

  /// Says where the project of what a tool makes is not there.
  private func noteUnknown(_ files: CommandFiles, at targets: [Target]) async {
    let survey = ReleaseSurvey(time: broker.time, policy: RetryPolicy(total: Self.glance))
    var job: JobIdentity?
    for target in targets {
      guard let project = files.project(by: target.registry.capabilities),
        await survey.isUnknown(project, at: target)
      else { continue }
      await note([project], at: target, &job)
    }
  }

  /// Says which projects a registry does not know, and what has to be there for them.
  ///
  /// The job is the same for every registry: it is asked for until it is known.
  private func note(_ projects: [String], at target: Target, _ known: inout JobIdentity?) async {
    guard !projects.isEmpty else { return }
    let names = projects.map { Neutralized($0, limit: 120) }.joined(separator: ", ")
    let job: JobIdentity
    if let known { job = known } else { job = await EvidenceSearch(time: broker.time).job(of: source, at: target) }
    if job.unknown.isEmpty { known = job }
    let needed: Message = target.registry.capabilities.publishers?.newProject(job).map { ": \($0)" } ?? ""
    say("note: \(Neutralized(target.name)) does not have \(names)\(needed)")
  }

  /// Says which packages are there with other contents than those that were made here last: they are passed over.
  private func noteRemade(_ conflicts: [ReleaseComparison.Conflict], at target: Target) {
    for conflict in conflicts {
      let fact = conflict.fact
      say(
        "note: \(Neutralized(target.name)) has \(fact.label) with other contents than the one that lies here (\(fact.value)); "
          + "if its sources have changed, it needs a new version")
    }
  }

  /// What a registry is asked.
  private struct Question: Sendable {
    let target: Target
    let files: [ReleaseComparison.LocalFile]
  }

  /// Asks the registries side by side; the results are in the order of the questions.
  private func answers(to questions: [Question]) async throws(BrokerError) -> [(String, ReleaseComparison)] {
    let survey = ReleaseSurvey(time: broker.time)
    let results = await SideBySide.values(of: questions) { question -> Result<ReleaseComparison, BrokerError> in
      do throws(BrokerError) { return .success(try await survey.compare(question.files, at: question.target)) } catch {
        return .failure(error)
      }
    }
    var comparisons: [(String, ReleaseComparison)] = []
    for (question, result) in zip(questions, results) {
      do throws(BrokerError) { comparisons.append((question.target.name, try result.get())) } catch {
        let remedy: Message =
          "\(error.remedy.map { "\($0) " } ?? "")--no-compare publishes without asking what is there."
        throw error.with(remedy: remedy)
      }
    }
    return comparisons
  }

  private func refuseConflicts(_ comparisons: [(String, ReleaseComparison)]) throws(BrokerError) {
    let facts = comparisons.flatMap { name, comparison in
      comparison.conflicts.map { BrokerError.Fact("\(Neutralized(name)): \($0.fact.label)", $0.fact.value) }
    }
    guard let (name, comparison) = comparisons.first(where: { $0.1.verdict == .conflict }),
      let conflict = comparison.conflicts.first
    else { return }
    throw BrokerError(
      .releaseConflict,
      "\(Neutralized(name)) has \(Neutralized.quoted(conflict.filename)) already, with other contents.",
      remedy: "A published file is never replaced: publish the very files that are there, or build a new version. "
        + "Nothing was published.",
      facts: facts)
  }

  private func decision(_ comparison: ReleaseComparison, for name: String, isWhole: Bool) -> ReleaseDecision {
    switch comparison.verdict {
    case .absent, .conflict: return .publish
    case .unknown(let reason):
      say("\(Neutralized(name)): not compared with what is published: \(Neutralized(name)) \(reason)")
      return .publish
    case .published where isWhole: return .alreadyPublished
    case .published, .partial:
      let names = comparison.published.map { Neutralized($0, limit: 120) }.joined(separator: ", ")
      say("\(Neutralized(name)): already has \(names)")
      return .publishRest(published: Set(comparison.published))
    }
  }

  private func say(_ text: Message) { console.error("\(text)\n") }
}
