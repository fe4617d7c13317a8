import BrokerCore
import BrokerSystem

/// The text of `--version`.
enum VersionText {
  /// Version, commit, how libcurl is bound, and the C library where it is linked in as well.
  ///
  /// A shared libcurl is opened to say which one it is only with `opensLibrary`: opening it takes longer than everything
  /// else that a short command does.
  static func text(opensLibrary: Bool) -> String {
    let libcurl =
      opensLibrary || Libcurl.isLinked
      ? Libcurl.description ?? "none (\(Libcurl.loadError?.text ?? ""))"
      : "shared, opened with the first request (--version --libcurl says which)"
    return """
      token-broker \(TokenBrokerTool.version)
      commit: \(SourceRevision.commit ?? "none (built from a work tree)")
      libcurl: \(libcurl)
      \(CLibrary.linked.map { "C library: linked in: \($0)\n" } ?? "")
      """
  }
}
