#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A folder for one test.
public struct TestFolder: Sendable {
  /// Its path.
  public let path: String

  /// Makes the folder.
  public init() throws {
    path = "/tmp/token-broker-test-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  /// A folder that is there already.
  public init(at path: String) { self.path = path }

  /// Writes a file in it, in folders that are made.
  public func write(_ name: String, _ text: String) throws {
    if let end = name.lastIndex(of: "/") {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(name[..<end])", withIntermediateDirectories: true)
    }
    try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
  }

  /// Writes bytes into a file.
  public func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
  }

  /// Makes a folder in it.
  public func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: false)
  }

  /// Makes a symbolic link in it.
  public func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
  }

  /// The text of a file in it; empty if there is none.
  public func read(_ name: String) -> String {
    (try? Data(contentsOf: URL(filePath: "\(path)/\(name)"))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The names of what is in it.
  public var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// Lets everybody run a file in it.
  public func makeRunnable(_ name: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(path)/\(name)")
  }

  /// The permissions of a file in it.
  public func permissions(of name: String) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)"))?[.posixPermissions] as? Int
  }

  /// Removes a file.
  public func unlink(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

  /// Removes it with all that is in it.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }
}
