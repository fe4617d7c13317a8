/// The commit that the program was built from.
enum SourceRevision {
  /// `git archive` puts the commit here (.gitattributes); in a work tree, which may differ from any commit, it stays.
  private static let stamp = "$Format:%H$"

  /// The commit; nil for a build from a work tree.
  static var commit: String? { stamp.hasPrefix("$") ? nil : stamp }
}
