import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where files are.
public enum FileLocation {
  /// The current folder, as an absolute path without symbolic links; nil if it is gone.
  public static var currentFolder: String? { real(".") }

  /// The absolute path of what is at `path`, without symbolic links; nil if there is nothing.
  public static func real(_ path: String) -> String? {
    // The C library reads the path within the call, and the text that it allocates is copied and freed here.
    guard let pointer = unsafe realpath(path.systemBytes, nil) else { return nil }
    defer { unsafe free(pointer) }
    return unsafe SystemText.text(of: UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
  }

  /// `path` as seen from `folder`, without `.`, `..` and double slashes; symbolic links are not looked at.
  public static func absolute(_ path: String, from folder: String) -> String {
    var parts: [Substring] = []
    for part in (path.hasPrefix("/") ? path : "\(folder)/\(path)").split(separator: "/") {
      switch part {
      case ".": break
      case "..": _ = parts.popLast()
      default: parts.append(part)
      }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// The folder that `path` is in, as written: `.` for a bare name.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
