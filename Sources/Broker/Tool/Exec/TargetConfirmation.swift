import BrokerCore

/// What became of the files of one target: what was done with each, and what the index says of it.
struct TargetConfirmation: Sendable {
  let step: ExecPlan.Step
  let localFiles: LocalFiles
  let lookup: ReleaseLookup
  let console: Console
  /// Whether the index is asked.
  let isAsked: Bool

  /// The SHA-256 of files that need not lie here, by their names.
  var digests: [String: String] = [:]
  /// What became of the files.
  private(set) var files: [PublishedFile] = []
  /// Where these are.
  private var paths: Set<String> = []

  private var target: Target { step.target }

  init(_ step: ExecPlan.Step, _ localFiles: LocalFiles, _ lookup: ReleaseLookup, _ console: Console, isAsked: Bool) {
    self.step = step
    self.localFiles = localFiles
    self.lookup = lookup
    self.console = console
    self.isAsked = isAsked
    digests = step.digests
  }

  /// Takes down what was done with files, by their paths; what is known of one stays.
  ///
  /// What an index had before was compared before, so that it is confirmed.
  mutating func add(_ paths: [String], _ state: PublishedFile.State) {
    for path in paths where self.paths.insert(path).inserted {
      let local = (try? localFiles.file(path, for: target)).flatMap { $0 }
      let filename = path.lastPathPart ?? path
      files.append(
        PublishedFile(
          filename: filename, name: local?.name ?? target.registry.capabilities.distributions?.name(of: path),
          sha256: digests[filename] ?? local?.sha256, state: state,
          proof: state == .alreadyThere ? .confirmed : nil))
    }
  }

  /// Asks the index for the files that were published; a list that is behind is a note.
  ///
  /// - Parameters:
  ///   - tool: The tool's name.
  ///   - limit: How long the index is asked again.
  /// - Throws: `ErrorCode.releaseConflict` if it lists one with other contents; `ErrorCode.releaseMissing` if it does not list
  ///   one, and leads uploads elsewhere.
  mutating func confirm(after tool: String, within limit: Duration) async throws(BrokerError) {
    let asked = local([.published])
    guard isAsked, !asked.isEmpty else { return }
    switch await lookup.find(asked, at: target, within: limit) {
    case .silent(let reason): say("not confirmed: \(Neutralized(target.name)) \(reason)")
    case .failed(let error): say("not confirmed: \(error.message)")
    case .compared(let comparison):
      note(comparison)
      if let conflict = comparison.conflicts.first {
        throw BrokerError(
          .releaseConflict,
          "\(Neutralized(tool)) ended with status 0, but \(Neutralized(target.name)) lists \(Neutralized.quoted(conflict.filename)) with other contents.",
          remedy:
            "Look at both files: the file was made again while \(Neutralized(tool)) ran, or somebody else published one of this name.",
          facts: comparison.conflicts.map(\.fact))
      }
      guard !comparison.absent.isEmpty else { return }
      let missing = comparison.absent.map { Neutralized.quoted($0, limit: 120) }.joined(separator: ", ")
      if let detour = await EvidenceSearch(time: lookup.time).detour(of: target) {
        throw BrokerError(
          .releaseMissing,
          "\(Neutralized(tool)) ended with status 0, but \(Neutralized(target.name)) does not list \(missing), and its upload-url \(detour).",
          remedy:
            "Set upload-url of \(Neutralized(target.name)) to the address that takes uploads: some tools end well where they are led "
            + "elsewhere, and publish nothing. --no-confirm does not look.")
      }
      say("does not list \(missing) yet: look at the release's page later")
    }
  }

  /// Looks once, after a command failed: some of its files may be there.
  ///
  /// - Returns: What the index lists, by project; empty if it was not asked, or does not say.
  mutating func look(within limit: Duration) async -> [String: ReleaseListing] {
    let asked = local([.published, .unknown])
    guard isAsked, limit > .zero, !asked.isEmpty else { return [:] }
    guard case .compared(let comparison) = await lookup.glance(at: target, for: asked, within: limit) else {
      return [:]
    }
    note(comparison)
    return comparison.listings
  }

  /// Says what may have made the index refuse the files, where the tool does not show it.
  func explain(_ ending: TargetRun.Ending, with listings: [String: ReleaseListing]) {
    guard let failure = ending.unexplained else { return }
    let upload = UnexplainedUpload(
      local([.unknown]), listings: listings,
      isAttested: (ending.failed + ending.finished).contains(where: \.isAttested), time: lookup.time.now(),
      status: failure.status, end: ending.end)
    let causes = target.registry.capabilities.refusals?.remaining(upload) ?? []
    guard let first = causes.first else { return }
    if first.certainty < .certain {
      say(
        "the reason of the refusal is not in the output; what remains\(listings.isEmpty ? "" : " by its list of files"):"
      )
    }
    for cause in causes {
      say(cause.certainty == .certain ? cause.summary : "\(cause.certainty): \(cause.summary)")
      for fix in cause.fixes.prefix(1) { say("hint: \(fix)") }
    }
  }

  private func local(_ states: [PublishedFile.State]) -> [ReleaseComparison.LocalFile] {
    files.compactMap { file in
      guard states.contains(file.state), let name = file.name, let sha256 = file.sha256 else { return nil }
      return ReleaseComparison.LocalFile(name, sha256: sha256)
    }
  }

  private mutating func note(_ comparison: ReleaseComparison) {
    let differing = Set(comparison.conflicts.map(\.filename))
    for index in files.indices where [.published, .unknown].contains(files[index].state) {
      let filename = files[index].filename
      if comparison.published.contains(filename) {
        files[index].proof = .confirmed
      } else if comparison.absent.contains(filename) {
        files[index].proof = .notListed
      } else if differing.contains(filename) {
        files[index].proof = .differs
      }
    }
  }

  private func say(_ text: Message) { console.error("\(Neutralized(target.name)): \(text)\n") }
}
