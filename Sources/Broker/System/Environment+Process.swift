public import BrokerCore
import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Environment {
  /// The greatest length of a file that a variable names, in bytes.
  private static let largestFile = 32 * 1024 * 1024

  /// The variables of this process, as they are at this moment.
  public static func process() -> Environment {
    Environment(variables()) { path in
      try? FileReader.read(path, maximumBytes: largestFile, code: .configurationUnreadable)
    }
  }

  /// If a name occurs twice, the first counts, as with getenv(3).
  private static func variables() -> [String: String] {
    // Nothing in this program changes its variables; the texts are copied.
    let entries = unsafe broker_process_environment()
    var count = 0
    while unsafe entries[count] != nil { count += 1 }
    var variables = [String: String](minimumCapacity: count)
    // From the last to the first, which stays.
    for index in (0..<count).reversed() {
      guard let text = unsafe entries[index], let equals = unsafe strchr(text, 0x3D) else { continue }
      let name = unsafe UnsafeRawBufferPointer(start: text, count: equals - text)
      let value = unsafe UnsafeRawBufferPointer(start: equals + 1, count: strlen(equals + 1))
      variables[unsafe SystemText.exactText(of: name)] = unsafe SystemText.text(of: value)
    }
    return variables
  }
}
