import BrokerCore
import BrokerSystem
import TestSupport
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if os(Linux)
  /// Which libcurl the tool finds, in a folder that is searched before the system's.
  @Suite(.enabled(if: BuiltTool.released == nil, "a release has libcurl inside"))
  struct LibcurlTests {
    /// The shared library that this process uses.
    private func library() throws -> String {
      try #require(Libcurl.description != nil)
      let bytes = try FileReader.read("/proc/self/maps", maximumBytes: 1 << 20, code: .deliveryFailed)
      let maps = String(decoding: bytes, as: UTF8.self)
      let path = maps.split(separator: "\n").compactMap { $0.firstIndex(of: "/").map($0.suffix(from:)) }
        .first { $0.contains("/libcurl.so.4") }
      return String(try #require(path))
    }

    @Test func triesTheLibraryThatUsesGnuTLS() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      try folder.write("libcurl.so.4", "not a library")
      let path = "\(folder.path)/libcurl-gnutls.so.4"
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: library())
      let run = try await BuiltTool.run(["--version", "--libcurl"], ["LD_LIBRARY_PATH": folder.path])
      #expect(run.status == 0)
      #expect(run.output.contains("\nlibcurl: libcurl-gnutls.so.4: libcurl/"), "\(run.output)")
    }

    @Test func namesThePackagesWhereThereIsNone() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      for name in ["libcurl.so.4", "libcurl-gnutls.so.4"] { try folder.write(name, "not a library") }
      let variables = ["LD_LIBRARY_PATH": folder.path]
      let version = try await BuiltTool.run(["--version", "--libcurl"], variables)
      #expect(version.status == 0 && version.output.contains("\nlibcurl: none ("), "\(version.output)")
      let run = try await BuiltTool.run(
        ["sandbox", "--raw", "--", BuiltTool.path, "mint", "pypi", "--format", "token"], variables)
      #expect(run.status == ErrorCode.libcurlUnavailable.status.rawValue, "\(run.error)")
      #expect(run.error.contains(ErrorCode.libcurlUnavailable.name), "\(run.error)")
      for part in ["libcurl4 on Debian", "Alpine", "Fedora", "macOS", "\(folder.path)/libcurl.so.4"] {
        #expect(run.error.contains(part), "\(part): \(run.error)")
      }
    }
  }
#endif
