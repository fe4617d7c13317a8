import BrokerCore
import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The arguments that this process was started with.
public enum ProcessArguments {
  /// What follows the program's name, byte for byte (``SystemText``); `CommandLine.arguments` puts others in the place of
  /// bytes that are not UTF-8.
  public static func behindName() -> [String] {
    // Nothing in this program changes its arguments; the texts are copied.
    if var entry = unsafe broker_process_arguments() {
      var texts: [String] = []
      while let text = unsafe entry.pointee {
        unsafe texts.append(copy(of: text))
        unsafe entry += 1
      }
      return Array(texts.dropFirst())
    }
    let count = Int(CommandLine.argc)
    guard count > 1 else { return [] }
    return (1..<count).compactMap { index in unsafe CommandLine.unsafeArgv[index].map { unsafe copy(of: $0) } }
  }

  private static func copy(of text: UnsafePointer<CChar>) -> String {
    unsafe SystemText.text(of: UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }
}
