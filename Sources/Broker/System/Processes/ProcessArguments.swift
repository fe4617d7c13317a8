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
  public static func behindName() -> [String] { Array(all().dropFirst()) }

  /// The name that this process was started by, without its folder.
  public static func name() -> String { all().first?.lastPathPart ?? "" }

  private static func all() -> [String] {
    // Nothing in this program changes its arguments; the texts are copied.
    if var entry = unsafe broker_process_arguments() {
      var texts: [String] = []
      while let text = unsafe entry.pointee {
        unsafe texts.append(copy(of: text))
        unsafe entry += 1
      }
      return texts
    }
    let count = Int(CommandLine.argc)
    return (0..<count).compactMap { index in unsafe CommandLine.unsafeArgv[index].map { unsafe copy(of: $0) } }
  }

  /// Where this program's file is.
  public static func executable() -> String {
    #if os(Linux)
      return FileLocation.real("/proc/self/exe") ?? CommandLine.arguments.first ?? ""
    #else
      let name = CommandLine.arguments.first ?? ""
      guard !name.contains("/") else { return FileLocation.real(name) ?? name }
      return (try? CommandSearch(name, in: Environment.process()).check()) ?? name
    #endif
  }

  private static func copy(of text: UnsafePointer<CChar>) -> String {
    unsafe SystemText.text(of: UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }
}
