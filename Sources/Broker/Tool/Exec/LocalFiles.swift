import BrokerCore
import BrokerSystem
import Synchronization

/// Files of this machine with their SHA-256; a file that does not change is read once.
final class LocalFiles: Sendable {
  private struct Known {
    let stamp: FileReader.Stamp
    let sha256: String
  }

  private let known = Mutex<[String: Known]>([:])

  /// A file as a registry calls it; nil if its name tells the registry nothing.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - target: The registry.
  ///   - isRemade: Whether the tool makes it anew; it need not be there then.
  /// - Returns: The file.
  /// - Throws: `ErrorCode.usage` if it cannot be read.
  func file(
    _ path: String, for target: Target, isRemade: Bool = false
  ) throws(BrokerError) -> ReleaseComparison.LocalFile? {
    guard let name = target.registry.capabilities.distributions?.name(of: path) else { return nil }
    if isRemade { return ReleaseComparison.LocalFile(name, sha256: try? digest(of: path), isRemade: true) }
    return ReleaseComparison.LocalFile(name, sha256: try digest(of: path))
  }

  /// A file's SHA-256.
  private func digest(of path: String) throws(BrokerError) -> String {
    let stamp = FileReader.stamp(of: path)
    if let stamp, let known = known.withLock({ $0[path] }), known.stamp == stamp { return known.sha256 }
    let sha256 = try FileDigest(of: path, code: .usage).sha256
    if let stamp { known.withLock { $0[path] = Known(stamp: stamp, sha256: sha256) } }
    return sha256
  }
}
