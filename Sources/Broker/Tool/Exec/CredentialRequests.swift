import BrokerCore
import BrokerSystem
import Synchronization

/// Answers a publishing tool that asks for credentials while it runs: mints when one is needed, and burns what is not needed
/// any more.
final class CredentialRequests: Sendable {
  private struct State {
    var asked: Set<String> = []
    var current: Credential?
    var failure: BrokerError?
    var digests: [String: String] = [:]
  }

  let helper: CredentialHelper
  /// The names of the files that are to be published; empty where that is not known.
  private let planned: Set<String>
  /// Whether one package follows the other, so that a credential has served its turn when the next is asked for.
  private let isOrdered: Bool
  private let run: TargetRun
  private let burn: CredentialBurn
  /// Ends a line that the tool has begun, before anything is told to the runner.
  private let beginLine: @Sendable () -> Void
  private let state = Mutex(State())

  /// What is left of a credential's life, in seconds, with which no further package is begun.
  private static let shortest: Int64 = 120

  init(
    _ helper: CredentialHelper, _ run: TargetRun, files: [DistributionFile], isOrdered: Bool, _ burn: CredentialBurn,
    beginLine: @escaping @Sendable () -> Void
  ) {
    self.helper = helper
    planned = Set(files.map(\.name))
    self.isOrdered = isOrdered
    self.run = run
    self.burn = burn
    self.beginLine = beginLine
  }

  /// Why there was no credential when the tool asked; nil if there always was one.
  var failure: BrokerError? { state.withLock { $0.failure } }

  /// Whether the tool was given a credential.
  var hasGiven: Bool { state.withLock { $0.current != nil } }

  /// The SHA-256 of the files that credentials were asked for, by their names, as the tool says.
  var digests: [String: String] { state.withLock { $0.digests } }

  /// Answers a line of the tool.
  func answer(_ line: String) async -> String? {
    switch helper.question(line) {
    case .reading: return helper.line(.reading)
    case .other: return helper.line(.other)
    case .publishing(let name, let sha256):
      state.withLock { $0.digests[name.filename] = sha256 }
      do throws(BrokerError) { return helper.line(.credential(try await credential(for: name))) } catch {
        state.withLock { $0.failure = $0.failure ?? error }
        return helper.line(.refused(error.message, because: Self.reasons(of: error)))
      }
    }
  }

  /// Why, and what to do about it, a sentence each.
  private static func reasons(of error: BrokerError) -> [Message] {
    let first = error.causes.first
    let facts = (first?.fields ?? []).filter { $0.expected != nil }.map { field -> Message in
      "\(field.label): \(field.value ?? "(none)"), expected \(field.expected ?? "")"
    }
    let fix = (first?.fixes.first ?? error.remedy).map { "To fix it: \($0)" as Message }
    return [first?.summary].compactMap { $0 } + facts + [fix].compactMap { $0 }
  }

  private func credential(for name: DistributionName) async throws(BrokerError) -> Secret {
    let shown: Message = "\(Neutralized(name.project, limit: 64)) \(Neutralized(name.version, limit: 64))"
    guard run.surroundings.signals.received == nil else {
      throw BrokerError(.interrupted, "The run was interrupted; there is no credential for \(shown).")
    }
    guard planned.isEmpty || planned.contains(name.filename) else {
      throw BrokerError(
        .releaseRefused, "\(shown) is not among the packages that exec was told to publish.",
        remedy: "Name it in the command; if the command does not publish it, something else asks in its name.")
    }
    guard state.withLock({ $0.asked.insert(name.filename).inserted }) else {
      await burn.finish()
      throw BrokerError(
        .releaseRefused, "A credential for \(shown) was asked for twice, and the first is burned.",
        remedy: "Find out what else asks for it: a program that the build runs, perhaps.")
    }
    beginLine()
    let credential = try await usable()
    let left = credential.secondsLeft(by: run.engine.time)
    say("a credential for \(shown), asked for by the tool; it expires in \(left) s")
    return credential.secret
  }

  /// A credential that lives long enough: a new one wherever identity tokens are made on request, so that none is older than
  /// the package that it is for.
  private func usable() async throws(BrokerError) -> Credential {
    if let current = state.withLock({ $0.current }), case .fixed(let remaining) = run.supply {
      if current.secondsLeft(by: run.engine.time) > Self.shortest { return current }
      guard remaining > 0 else { throw run.ends(current, again: ": it passes over what is there") }
    }
    if isOrdered { await burn.finish() }
    let minted = await run.engine.mint([run.target], from: run.source)
    for outcome in minted.outcomes { run.recorder.add(outcome) }
    let credential = try minted.credentials.get()[0]
    if !run.options.keepsCredential { burn.add(credential) }
    try credential.handOver(to: .command(helper.name))
    state.withLock { $0.current = credential }
    return credential
  }

  private func say(_ text: Message) { run.surroundings.console.error("\(Neutralized(run.target.name)): \(text)\n") }
}
