import BrokerCore
import BrokerSystem
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// The C library reads the paths within each call marked `unsafe`.
struct FilesTests {
  private func code(_ body: () throws(BrokerError) -> Void) -> ErrorCode? {
    do {
      try body()
      return nil
    } catch { return error.code }
  }

  @Test func stagesAndReplaces() throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("file", "old")
    let file = try StagedFile("\(folder.path)/file")
    #expect(folder.read("file") == "old" && folder.names.count == 2)
    try file.commit(Array("new".utf8))
    #expect(folder.read("file") == "new" && folder.names == ["file"])
    #expect(folder.permissions(of: "file") == 0o600)
  }

  @Test func leavesNothingBehind() throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    do {
      let file = try StagedFile("\(folder.path)/file")
      file.discard()
      _ = try StagedFile("\(folder.path)/other")
    }
    #expect(folder.names.isEmpty)
  }

  @Test(arguments: ["symlink", "dangling", "folder", "pipe", "missing/file"])
  func refusesWhatIsNoFile(_ name: String) throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("target", "untouched")
    unsafe symlink("\(folder.path)/target", "\(folder.path)/symlink")
    unsafe symlink("\(folder.path)/nothing", "\(folder.path)/dangling")
    unsafe mkdir("\(folder.path)/folder", 0o700)
    unsafe mkfifo("\(folder.path)/pipe", 0o600)
    let path = "\(folder.path)/\(name)"
    #expect(code { () throws(BrokerError) in _ = try StagedFile(path) } == .deliveryFailed)
    #expect(code { () throws(BrokerError) in _ = try AppendFile(path) } == .deliveryFailed)
    #expect(folder.read("target") == "untouched")
    #expect(folder.names == ["dangling", "folder", "pipe", "symlink", "target"])
  }

  @Test func refusesADestinationThatChanged() throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let file = try StagedFile("\(folder.path)/file")
    unsafe mkdir("\(folder.path)/file", 0o700)
    #expect(code { () throws(BrokerError) in try file.commit([1]) } == .deliveryFailed)
    #expect(folder.names == ["file"])
  }

  @Test func appendsRecordsWhole() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("file", "start\n")
    let path = "\(folder.path)/file"
    try await withThrowingTaskGroup(of: Void.self) { group in
      for letter in ["a", "b", "c", "d"] {
        group.addTask {
          let file = try AppendFile(path)
          for _ in 0..<50 { try file.append(Array((String(repeating: letter, count: 500) + "\n").utf8)) }
        }
      }
      try await group.waitForAll()
    }
    let lines = folder.read("file").split(separator: "\n")
    #expect(lines.count == 201 && lines[0] == "start")
    #expect(lines.dropFirst().allSatisfy { $0.count == 500 && Set($0).count == 1 })
  }

  /// What is there already, and what comes between it and a record.
  @Test(arguments: [("", ""), ("a\n", ""), ("a", "\n"), ("a\r", "\n"), ("\n\n", "")])
  func beginsARecordOnItsOwnLine(_ before: String, _ between: String) throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("file", before)
    let file = try AppendFile("\(folder.path)/file")
    try file.append(Array("b".utf8))
    try file.append(Array("c\n".utf8))
    #expect(folder.read("file") == "\(before)\(between)b\nc\n")
  }

  /// Spellings of two paths in a folder that has `old`, `hard` (the same file) and `link` (to the folder).
  @Test(arguments: [
    ("new", "new", true), ("new", "./new", true), ("new", "link/new", true), ("new", "folder/../new", true),
    ("old", "hard", true), ("link/old", "hard", true), ("new", "newer", false), ("new", "folder/new", false),
    ("old", "new", false), ("missing/a", "missing/a", false),
  ])
  func tellsFilesApart(_ left: String, _ right: String, _ isSame: Bool) throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("old", "")
    try folder.makeFolder("folder")
    try folder.link("link", to: folder.path)
    #expect(unsafe link("\(folder.path)/old", "\(folder.path)/hard") == 0)
    let (first, second) = (FileIdentity(of: "\(folder.path)/\(left)"), FileIdentity(of: "\(folder.path)/\(right)"))
    #expect(first.isSame(as: second) == isSame && second.isSame(as: first) == isSame)
  }

  @Test func appendsToExistingFilesAlone() throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    #expect(code { () throws(BrokerError) in _ = try AppendFile("\(folder.path)/none") } == .deliveryFailed)
    #expect(folder.names.isEmpty)
  }

  @Test func readsRegularFilesOfALimitedLength() throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("file", "12345")
    unsafe mkfifo("\(folder.path)/pipe", 0o600)
    #expect(try FileReader.read("\(folder.path)/file", maximumBytes: 5, code: .usage).count == 5)
    for (name, limit) in [("file", 4), ("pipe", 9), ("none", 9), ("", 9)] {
      let path = "\(folder.path)/\(name)"
      let error = code { () throws(BrokerError) in
        _ = try FileReader.read(path, maximumBytes: limit, code: .configurationUnreadable)
      }
      #expect(error == .configurationUnreadable, "\(name)")
    }
  }

  @Test func hashesFilesPieceByPiece() throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    // More than one piece of 256 KiB; the value is OpenSSL's.
    try folder.write("file", String(repeating: "0123456789abcdef", count: 40_000))
    let digest = try FileDigest(of: "\(folder.path)/file", code: .usage)
    #expect(digest.size == 640_000)
    #expect(digest.sha256 == "74c3db5147cd508b22a5138b857e451b905d94d15728893ccf0027b235a6b1a3")
    try folder.write("empty", "")
    #expect(
      try FileDigest(of: "\(folder.path)/empty", code: .usage).sha256
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      FileReader.isFile("\(folder.path)/file") && !FileReader.isFile(folder.path) && FileReader.isFolder(folder.path))
    for path in [folder.path, "\(folder.path)/missing", "/dev/zero"] {
      #expect(code { () throws(BrokerError) in _ = try FileDigest(of: path, code: .usage) } == .usage)
    }
  }
}
