public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Symbolic links.
public enum FileLink {
  /// Makes a link to a file, where nothing is.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if that fails.
  public static func make(to file: String, at path: String) throws(BrokerError) {
    // The C library reads both within the call.
    guard unsafe symlink(file.systemBytes, path.systemBytes) == 0 else {
      throw BrokerError(
        .deliveryFailed, "Cannot make the link \(Neutralized.quoted(path)): \(SystemError.last()).",
        remedy: "Set TMPDIR to a folder of a file system that has links.")
    }
  }
}
