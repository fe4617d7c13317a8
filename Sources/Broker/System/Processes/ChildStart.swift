import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a child is started: its words, its variables and its streams.
struct ChildStart {
  /// The files that the program may be, tried in order.
  let paths: [String]
  /// An open file that holds the program, in place of the paths; negative for none.
  var file: Int32 = -1
  /// Its name and its arguments.
  let words: [String]
  /// All of its variables.
  let variables: [String: String]
  /// What it reads as standard input.
  let input: Int32
  /// What it writes as standard output.
  let output: Int32
  /// What it writes as standard error.
  let error: Int32
  /// The folder in which it leads a session of its own, with files of its user's alone and without core files; nil for a child
  /// that stays with us.
  let apart: String?

  /// Starts the child, which is killed on Linux when the calling thread ends.
  ///
  /// - Parameter failure: Why it did not start.
  /// - Returns: Its number; -1 if it did not start.
  func start(_ failure: inout Int32) -> pid_t {
    let variables = variables.map { "\($0)=\($1)" }
    // The pointers are used within these closures alone.
    return unsafe Self.withCStrings(paths) { paths in
      unsafe Self.withCStrings(words) { words in
        unsafe Self.withCStrings(variables) { variables in
          let constantPaths = unsafe UnsafeRawPointer(paths).assumingMemoryBound(to: UnsafePointer<CChar>?.self)
          return unsafe Self.withCString(apart) { folder in
            unsafe broker_process_start(constantPaths, file, words, variables, input, output, error, folder, &failure)
          }
        }
      }
    }
  }

  /// Calls `body` with the text, byte for byte.
  private static func withCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return unsafe text.systemBytes.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  }

  /// Calls `body` with the texts, byte for byte, as a C array that a null pointer ends.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    let copies = unsafe texts.map { unsafe strdup($0.systemBytes) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe (copies + [nil]).withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("an array with an element has a start") }
      return unsafe body(start)
    }
  }
}
