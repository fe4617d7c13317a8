public import BrokerCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Environment {
  /// The greatest length of a file that a variable names, in bytes.
  private static let largestFile = 32 * 1024 * 1024

  /// The variables of this process, as they are at this moment.
  public static func process() -> Environment {
    Environment(ProcessInfo.processInfo.environment) { path in
      try? FileReader.read(path, maximumBytes: largestFile, code: .configurationUnreadable)
    }
  }
}
