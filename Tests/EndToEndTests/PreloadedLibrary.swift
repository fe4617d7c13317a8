#if os(Linux)
  import BrokerCore
  import BrokerSystem
  import TestSupport
  import Testing

  #if canImport(FoundationEssentials)
    import FoundationEssentials
  #else
    import Foundation
  #endif

  /// Functions in the place of the C library's, in the tool that is tried.
  enum PreloadedLibrary {
    private static let compiler = (Environment.process()["PATH"] ?? "").split(separator: ":")
      .flatMap { ["\($0)/clang", "\($0)/cc"] }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// A static tool has a C library of its own inside.
    static let isPossible: Bool = {
      let tool = try? Data(contentsOf: URL(filePath: BuiltTool.path), options: .mappedIfSafe).prefix(4096)
      return compiler != nil && tool.map { String(decoding: $0, as: UTF8.self).contains("/ld-linux") } == true
    }()

    /// Why it is not possible.
    static let obstacle: Comment = "the tool is static, or there is no C compiler"

    /// Compiles a library into a folder.
    ///
    /// - Returns: The variables of a tool that starts with it.
    static func make(_ source: String, in folder: TestFolder) async throws -> [String: String] {
      try folder.write("library.c", source)
      let words = [
        "-shared", "-fPIC", "-w", "-fno-builtin", "-o", "\(folder.path)/library.so", "\(folder.path)/library.c",
      ]
      let compiler = try #require(compiler)
      try #require(try await ChildProcess([compiler] + words, environment: Environment.process()).run().status == 0)
      // The sanitizer's own library need not be the first.
      return [
        "LD_PRELOAD": "\(folder.path)/library.so", "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0",
      ]
    }
  }
#endif
