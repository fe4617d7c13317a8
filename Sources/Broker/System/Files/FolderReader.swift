import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Lists folders.
public enum FolderReader {
  /// The names in a folder, sorted, without hidden ones; empty if it cannot be read.
  public static func names(in path: String) -> [String] {
    // The C library reads the path within the call, and the stream is used by this function alone.
    guard let stream = unsafe opendir(path.systemBytes) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // The name is copied before the next call can change it.
      let bytes = unsafe withUnsafeBytes(of: entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
      let name = SystemText.text(of: bytes)
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
