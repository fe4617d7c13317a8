public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where a command's file is looked for, as execvp(3) does.
public struct CommandSearch: Sendable {
  /// The command's name.
  let name: String
  /// The files that it may be, in order.
  let candidates: [String]

  /// The search for `name` in `environment`'s `PATH`; a name with a slash is a path.
  public init(_ name: String, in environment: Environment) {
    self.name = name
    guard !name.isEmpty, !name.contains("/") else {
      candidates = name.isEmpty ? [] : [name]
      return
    }
    let path = environment["PATH"].map(SystemText.exact) ?? "/usr/local/bin:/usr/bin:/bin"
    candidates = path.split(separator: ":", omittingEmptySubsequences: false).map { folder in
      folder.isEmpty ? name : "\(folder)/\(name)"
    }
  }

  /// Checks that the command can be started.
  ///
  /// - Returns: Its file, as an absolute path; symbolic links are not followed.
  /// - Throws: The error that starting it would throw.
  @discardableResult public func check() throws(BrokerError) -> String {
    var failure = ENOENT
    for candidate in candidates {
      var status = stat()
      // The C library fills it, and reads the path, within the call; access(2) reads the path.
      guard unsafe stat(candidate.systemBytes, &status) == 0 else {
        if errno != ENOENT, errno != ENOTDIR { failure = errno }
        continue
      }
      guard status.st_mode & S_IFMT == S_IFREG, unsafe access(candidate.systemBytes, X_OK) == 0 else {
        failure = EACCES
        continue
      }
      return FileLocation.absolute(candidate, from: FileLocation.currentFolder ?? "/")
    }
    throw CommandNotStarted(name: name, failure: failure).asBrokerError
  }
}
