public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether a file, and every folder and symbolic link on the way to it, is in the hands of root and of this user alone; of a script,
/// whether its interpreter is, too.
public enum OwnedPath {
  /// More interpreters of interpreters than the kernel follows (execve(2)).
  private static let mostInterpreters = 5
  /// More symbolic links than a path may have (path_resolution(7)).
  private static let mostLinks = 40

  /// Why a program of that path would not be run; nil if it would.
  public static func obstacle(at path: String) -> Message? {
    do throws(RunnableFile.Refusal) {
      try check(path)
      return nil
    } catch { return error.reason }
  }

  /// Checks an absolute path, and those of the interpreters that its first line leads to.
  static func check(_ path: String) throws(RunnableFile.Refusal) {
    var next: String? = path
    for _ in 0...mostInterpreters {
      guard let file = next else { return }
      guard file.hasPrefix("/") else { throw refusal("its interpreter \(Neutralized(file)) is no absolute path") }
      try checkWay(to: file)
      next = interpreter(of: file)
    }
    throw refusal("\(Neutralized(path)) has interpreters without end")
  }

  /// The interpreter that a script's first line names, of which the kernel reads 255 bytes; nil for other programs.
  private static func interpreter(of path: String) -> String? {
    guard let file = FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK),
      let start = FileDescriptor.readAll(from: file.number, maximum: 255), start.starts(with: [0x23, 0x21])
    else { return nil }
    let blanks: [UInt8] = [0x20, 0x09]
    let line = start.dropFirst(2).prefix { $0 != 0x0A }.drop { blanks.contains($0) }
    return SystemText.text(of: Array(line.prefix { !blanks.contains($0) }))
  }

  /// Walks an absolute path from the root, following symbolic links.
  private static func checkWay(to path: String) throws(RunnableFile.Refusal) {
    var rest = parts(of: path)
    var place: [String] = []
    var links = 0
    try checkFolder("/", isLast: rest.count == 1)
    while let part = rest.first {
      rest.removeFirst()
      if part == ".." {
        _ = place.popLast()
        continue
      }
      let current = "/" + (place + [part]).joined(separator: "/")
      var status = stat()
      // The C library fills it, and reads the path, within the call.
      guard unsafe lstat(current.systemBytes, &status) == 0 else {
        throw RunnableFile.Refusal(
          reason: "\(Neutralized(current)): \(SystemError.last())",
          remedy: "Check that the file is there and may be run.")
      }
      try checkOwner(status, current)
      switch status.st_mode & S_IFMT {
      case S_IFLNK:
        // Who may change a link is who may change its folder; its own mode says nothing.
        links += 1
        guard links <= mostLinks, let target = target(of: current) else {
          throw refusal("\(Neutralized(current)) is a symbolic link that leads nowhere")
        }
        if target.hasPrefix("/") { place = [] }
        rest = parts(of: target) + rest
      case S_IFDIR:
        guard !rest.isEmpty else { throw refusal("\(Neutralized(current)) is a folder") }
        try checkFolder(current, isLast: rest.count == 1)
        place.append(part)
      case S_IFREG:
        guard rest.isEmpty else { throw refusal("\(Neutralized(current)) is no folder") }
        guard status.st_mode & 0o022 == 0 else { throw writable(current) }
        return
      default: throw refusal("\(Neutralized(current)) is no regular file")
      }
    }
    throw refusal("\(Neutralized(path)) names no file")
  }

  /// Refuses a folder in which others may put something in the place of what is there.
  ///
  /// Where it has the sticky bit, everybody may add files, and take away or rename their own alone: what is further down is as
  /// safe as its own owner and mode. A program directly in it may have been put there by anybody.
  private static func checkFolder(_ path: String, isLast: Bool) throws(RunnableFile.Refusal) {
    var status = stat()
    guard unsafe stat(path.systemBytes, &status) == 0 else {
      throw refusal("\(Neutralized(path)): \(SystemError.last())")
    }
    try checkOwner(status, path)
    let isSticky = status.st_mode & S_ISVTX != 0
    guard status.st_mode & 0o022 == 0 || isSticky && !isLast else { throw writable(path) }
  }

  private static func checkOwner(_ status: stat, _ path: String) throws(RunnableFile.Refusal) {
    guard status.st_uid == 0 || status.st_uid == FileReader.ownUser else {
      throw refusal("\(Neutralized(path)) belongs to the user \(status.st_uid), who could change it")
    }
  }

  private static func writable(_ path: String) -> RunnableFile.Refusal {
    refusal("others may write \(Neutralized(path)), and put another program there")
  }

  private static func refusal(_ reason: Message) -> RunnableFile.Refusal {
    RunnableFile.Refusal(
      reason: reason,
      remedy: "Name the program's \"sha256\" where it is declared, or keep it where only root and this user may write.")
  }

  private static func parts(of path: String) -> [String] {
    path.split(separator: "/").map(String.init).filter { $0 != "." }
  }

  private static func target(of link: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    // The kernel fills the buffer within the call.
    let count = unsafe buffer.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      return unsafe readlink(link.systemBytes, start.assumingMemoryBound(to: CChar.self), buffer.count)
    }
    guard count > 0, count < buffer.count else { return nil }
    return SystemText.text(of: Array(buffer[..<count]))
  }
}
