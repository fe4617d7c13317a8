import BrokerCore
import BrokerSystem

/// A file that a run writes, and the option or variable that names it.
struct OutputFile: Sendable {
  /// Who names it: `--output`, `GITHUB_OUTPUT`, `standard output`.
  let source: Message
  private let identity: FileIdentity

  init(_ source: Message, _ identity: FileIdentity) {
    self.source = source
    self.identity = identity
  }

  /// The streams of this process that are files.
  static var streams: [OutputFile] {
    [("standard output" as Message, StandardStreams.Stream.output), ("standard error", .error)].compactMap {
      name, stream in
      FileIdentity(of: stream).map { OutputFile(name, $0) }
    }
  }

  /// Refuses to write two things to one file: one of them would be lost without a word.
  ///
  /// - Throws: `ErrorCode.usage`.
  func check(apartFrom others: [OutputFile]) throws(BrokerError) {
    guard let other = others.first(where: { $0.identity.isSame(as: identity) }) else { return }
    throw BrokerError(
      .usage, "\(source) and \(other.source) are one file; one would take the place of the other.",
      remedy: "Name another file for one of them.")
  }
}
