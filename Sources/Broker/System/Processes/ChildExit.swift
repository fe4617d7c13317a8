/// How a child process ended.
public enum ChildExit: Sendable, Equatable {
  /// By itself, with a status.
  case exited(Int32)
  /// By a signal.
  case signalled(Int32)

  /// The status a shell would give: the child's own, or 128 and the signal's number.
  public var status: Int32 {
    switch self {
    case .exited(let status): status
    case .signalled(let number): 128 + number
    }
  }
}
