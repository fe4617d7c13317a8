public import BrokerCore
import CProcess

extension Environment {
  /// The greatest length of a file that a variable names, in bytes.
  private static let largestFile = 32 * 1024 * 1024

  /// The variables of this process, as they are at this moment.
  public static func process() -> Environment {
    Environment(variables()) { path in
      try? FileReader.read(path, maximumBytes: largestFile, code: .configurationUnreadable)
    }
  }

  /// Of a name that is there twice, the first, as getenv(3) has it.
  private static func variables() -> [String: String] {
    var variables: [String: String] = [:]
    // Nothing in this program changes its variables; the texts are copied.
    var entry = unsafe broker_process_environment()
    while let text = unsafe entry.pointee {
      let parts = unsafe String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2, variables[String(parts[0])] == nil { variables[String(parts[0])] = String(parts[1]) }
      unsafe entry += 1
    }
    return variables
  }
}
