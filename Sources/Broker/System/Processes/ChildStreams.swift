public import BrokerCore

/// Where a child's standard output and error go.
public struct ChildStreams: Sendable {
  /// Secrets that are taken out of what it prints; empty to take out nothing.
  public let redacted: [Secret]
  /// Where the last bytes are kept; nil if the child gets our streams themselves.
  public let tail: OutputTail?
  /// The filter that both streams pass on their way to our standard output; nil if they stay apart.
  let merging: (any StreamFilter)?

  /// The child gets our streams themselves.
  public static let inherited = ChildStreams(redacted: [], tail: nil, merging: nil)

  /// Both streams go to our standard output as one, in the order in which the child writes, through a filter.
  public static func merged(through filter: any StreamFilter) -> ChildStreams {
    ChildStreams(redacted: [], tail: OutputTail(), merging: filter)
  }

  /// A terminal is inherited; a pipe or a file is relayed byte for byte, and the last bytes are kept.
  ///
  /// With secrets to take out, a terminal is relayed too, through a terminal of the child's own.
  public static func relayed(into tail: OutputTail, redacting secrets: [Secret] = []) -> ChildStreams {
    ChildStreams(redacted: secrets, tail: tail, merging: nil)
  }

  /// The relays for standard output and error: nil where the stream is inherited, one for both where both are the same
  /// file, so that the order of what the child writes stays.
  ///
  /// Nil in all if the system has no more pipes or terminals, and `errno` says why.
  func relays() -> (output: OutputRelay?, error: OutputRelay?)? {
    guard let tail else { return (nil, nil) }
    if let merging {
      guard let ends = ChildPipe.openPipe() else { return nil }
      let relay = OutputRelay(from: ends, to: StandardStreams.Stream.output.rawValue, filter: merging, tail: tail)
      return (relay, relay)
    }
    let (isOutput, isError) = (isRelayed(.output), isRelayed(.error))
    let areOne = isOutput && isError && StandardStreams.areSameFile(.output, .error)
    let output = isOutput ? relay(for: .output, into: tail) : nil
    if isOutput, output == nil { return nil }
    guard isError, !areOne else { return (output, areOne ? output : nil) }
    guard let error = relay(for: .error, into: tail) else {
      output?.abandon()
      return nil
    }
    return (output, error)
  }

  private func isRelayed(_ stream: StandardStreams.Stream) -> Bool {
    !StandardStreams.isTerminal(stream) || !redacted.isEmpty
  }

  private func relay(for stream: StandardStreams.Stream, into tail: OutputTail) -> OutputRelay? {
    let ends =
      StandardStreams.isTerminal(stream) ? ChildPipe.openTerminal(like: stream.rawValue) : ChildPipe.openPipe()
    guard let ends else { return nil }
    return OutputRelay(
      from: ends, to: stream.rawValue, filter: redacted.isEmpty ? nil : StreamRedaction(redacted), tail: tail)
  }
}
