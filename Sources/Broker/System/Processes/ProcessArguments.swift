import BrokerCore

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
    let count = Int(CommandLine.argc)
    guard count > 1 else { return [] }
    // Nothing in this program changes its arguments; the texts are copied.
    return (1..<count).compactMap { index in
      unsafe CommandLine.unsafeArgv[index].map { text in
        unsafe SystemText.text(of: UnsafeRawBufferPointer(start: text, count: strlen(text)))
      }
    }
  }
}
