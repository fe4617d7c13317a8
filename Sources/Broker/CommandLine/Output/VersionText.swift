import BrokerSystem

/// The text of `--version`.
enum VersionText {
  /// Version, commit, and the libcurl in use; opens libcurl.
  static var text: String {
    """
    token-broker \(Tool.version)
    commit: \(SourceRevision.commit ?? "none (built from a work tree)")
    libcurl: \(Libcurl.description ?? "none (\(Libcurl.loadError ?? ""))")

    """
  }
}
