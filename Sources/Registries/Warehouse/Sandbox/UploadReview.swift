import BrokerCore
import BrokerSandbox

/// What PyPI's server software refuses of a file, in its words and in its order (revision of August 2026, forklift/legacy.py
/// and metadata.py).
///
/// What a form leaves out is not judged, nor the contents of a file that is no zip file: tests upload a few words.
struct UploadReview {
  let form: UploadForm
  let filename: String
  /// The project, as the form has it.
  let name: String

  private var version: String? { form.fields["version"] }
  private var normalized: String { ProjectName.normalized(name) }
  private var escaped: String { normalized.replacing("-", with: "_") }
  private var isWheel: Bool { filename.hasSuffix(".whl") }

  // MARK: The form

  /// What is wrong with the metadata.
  var metadata: String? {
    let seeMetadata = "See https://packaging.python.org/specifications/core-metadata for more information."
    if let number = form.fields["metadata_version"], !Self.metadataVersions.contains(number) {
      return "'\(number)' is not a valid metadata version. \(seeMetadata)"
    }
    guard let version else { return nil }
    guard let canonical = ProjectVersion.canonical(version) else {
      return "'\(version)' is invalid for 'version'. \(seeMetadata)"
    }
    guard canonical.contains("+") else { return nil }
    return "The use of local versions in '\(canonical)' is not allowed. See https://packaging.python.org/en/latest/"
      + "specifications/version-specifiers/#local-version-identifiers for more information."
  }

  private static let metadataVersions = ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5"]

  // MARK: The release

  /// What the files of the same release keep out.
  ///
  /// - Parameters:
  ///   - files: The files of the project.
  ///   - age: How old a file is, in seconds.
  /// - Returns: Why; nil if they keep nothing out.
  func release(among files: [IndexState.Stored], age: (IndexState.Stored) -> Int64) -> String? {
    guard let own = version.flatMap(ProjectVersion.canonical).map(ProjectVersion.key) else { return nil }
    let release = files.filter { ProjectVersion.canonical($0.upload.version).map(ProjectVersion.key) == own }
    if release.contains(where: { age($0) > 14 * 86_400 }) {
      return "Uploading new files to releases older than 14 days is not allowed."
    }
    let isSecond = !isWheel && release.contains { !$0.upload.filename.hasSuffix(".whl") }
    return isSecond ? "Only one sdist may be uploaded per release." : nil
  }

  // MARK: The file

  /// What is wrong with its name or its contents.
  var file: String? {
    guard let canonical = version.flatMap(ProjectVersion.canonical) else { return nil }
    return isWheel ? wheel(canonical) : source(canonical)
  }

  private func source(_ version: String) -> String? {
    let stem = filename.split(separator: "-").dropLast().joined(separator: "-")
    guard ProjectName.normalized(stem) == normalized else { return "Start filename for '\(name)' with '\(escaped)'." }
    let expected = "\(escaped)-\(version).tar.gz"
    return filename == expected ? nil : "Filename '\(filename)' is invalid, should be '\(expected)'."
  }

  private func wheel(_ version: String) -> String? {
    let names = ZipNames(form.content)?.names
    let parts = filename.dropLast(4).split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 5 || parts.count == 6 else {
      return "Invalid wheel filename (wrong number of parts): '\(filename.dropLast(4))'"
    }
    let folder = "\(parts[0])-\(parts[1]).dist-info"
    if let names, !names.contains("\(folder)/WHEEL") {
      return "Invalid distribution file. WHEEL not found at \(folder)/WHEEL"
    }
    for platform in parts[parts.count - 1].split(separator: ".").map(String.init) where !Self.isPlatform(platform) {
      return "Binary wheel '\(filename)' has an unsupported platform tag '\(platform)'."
    }
    guard ProjectName.normalized(parts[0]) == normalized else {
      return "Start filename for '\(name)' with '\(escaped)'."
    }
    guard parts[0] == escaped else {
      return "Filename '\(filename)' should contain the normalized project name '\(escaped)', not '\(parts[0])'."
    }
    let own = ProjectVersion.canonical(parts[1]) ?? parts[1]
    guard ProjectVersion.key(own) == ProjectVersion.key(version) else {
      return "Version in filename should be '\(version)' not '\(own)'."
    }
    for (file, title) in [("RECORD", "RECORD"), ("METADATA", "METADATA")] {
      if let names, !names.contains("\(folder)/\(file)") {
        return "Wheel '\(filename)' does not contain the required \(title) file: \(folder)/\(file)"
      }
    }
    return nil
  }

  private static let machines = ["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x"]
  private static let apples = [
    "ppc", "ppc64", "i386", "x86_64", "arm64", "intel", "fat", "fat3", "fat64", "universal", "universal2",
  ]

  /// The platforms that the index knows, `#` for a number, and the machines of each.
  private static let platforms: [(name: String, machines: [String])] =
    [
      ("win", ["arm64", "amd64", "ia64"]), ("linux", ["armv6l", "armv7l"]), ("manylinux1", ["x86_64", "i686"]),
      ("manylinux2010", ["x86_64", "i686"]), ("manylinux2014", machines + ["ppc64"]),
      ("manylinux_#_#", machines + ["riscv64", "ppc64"]), ("musllinux_#_#", machines + ["riscv64"]),
      ("ios_#_#", ["arm64", "x86_64"].flatMap { ["\($0)_iphoneos", "\($0)_iphonesimulator"] }),
      ("android_#", ["armeabi_v7a", "arm64_v8a", "x86", "x86_64"]), ("pyemscripten_#_#", ["wasm32"]),
      ("macosx_10_#", apples),
    ] + ["11", "12", "13", "14", "15", "26"].map { ("macosx_\($0)_0", apples) }

  /// Whether it is a platform that the index knows.
  private static func isPlatform(_ tag: String) -> Bool {
    if tag == "any" || tag == "win32" { return true }
    return platforms.contains { platform in
      platform.machines.contains { machine in
        guard tag.hasSuffix("_\(machine)") else { return false }
        let parts = tag.dropLast(machine.utf8.count + 1).split(separator: "_", omittingEmptySubsequences: false)
        let known = platform.name.split(separator: "_")
        return parts.count == known.count
          && zip(parts, known).allSatisfy { part, name in
            name == "#" ? !part.isEmpty && part.allSatisfy { $0.isASCII && $0.isNumber } : part == name
          }
      }
    }
  }
}

/// Versions as PyPI compares them (PEP 440, appendix B).
enum ProjectVersion {
  /// The normalised text; nil if it is no version.
  static func canonical(_ text: String) -> String? {
    var rest = text.lowercased()[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }

    func take(_ isPart: (Character) -> Bool) -> Substring {
      let part = rest.prefix(while: isPart)
      rest = rest.dropFirst(part.count)
      return part
    }
    func number() -> String? {
      let digits = take { $0.isASCII && $0.isNumber }
      let significant = digits.drop { $0 == "0" }
      return digits.isEmpty ? nil : significant.isEmpty ? "0" : String(significant)
    }
    func separator() { if let first = rest.first, "-_.".contains(first) { rest.removeFirst() } }
    /// A word with a separator before it, or nothing is taken.
    func word(_ words: [String]) -> String? {
      let before = rest
      separator()
      guard let word = words.first(where: { rest.hasPrefix($0) }) else {
        rest = before
        return nil
      }
      rest = rest.dropFirst(word.count)
      return word
    }

    if rest.first == "v" { rest.removeFirst() }
    guard var version = number() else { return nil }
    var epoch: String?
    if rest.first == "!" {
      rest.removeFirst()
      guard let first = number() else { return nil }
      epoch = version
      version = first
    }
    while rest.first == ".", rest.dropFirst().first.map({ $0.isASCII && $0.isNumber }) == true {
      rest.removeFirst()
      version += ".\(number() ?? "")"
    }
    if let epoch, epoch != "0" { version = "\(epoch)!\(version)" }
    if let stage = word(["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"]) {
      separator()
      version += (stage.hasPrefix("a") ? "a" : stage.hasPrefix("b") ? "b" : "rc") + (number() ?? "0")
    }
    if rest.first == "-", rest.dropFirst().first.map({ $0.isASCII && $0.isNumber }) == true {
      rest.removeFirst()
      version += ".post\(number() ?? "")"
    } else if word(["post", "rev", "r"]) != nil {
      let before = rest
      separator()
      let post = number()
      if post == nil { rest = before }
      version += ".post\(post ?? "0")"
    }
    if word(["dev"]) != nil {
      separator()
      version += ".dev\(number() ?? "0")"
    }
    guard let plus = rest.first else { return version }
    let local = rest.dropFirst().split(omittingEmptySubsequences: false) { "-_.".contains($0) }
    let isLocal = local.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
    return plus == "+" && isLocal ? "\(version)+\(local.joined(separator: "."))" : nil
  }

  /// A value that versions share if they differ only in zeros at the end of the release.
  static func key(_ canonical: String) -> String {
    let start = canonical.firstIndex(of: "!").map { canonical.index(after: $0) } ?? canonical.startIndex
    var release = canonical[start...].prefix { $0.isNumber || $0 == "." }
    while release.last == "." { release.removeLast() }
    let rest = canonical[release.endIndex...]
    while release.hasSuffix(".0") { release.removeLast(2) }
    return String(canonical[..<start] + release + rest)
  }
}

/// The names of the files in a zip file, by its directory.
struct ZipNames {
  let names: Set<String>

  /// Nil if it is no zip file.
  init?(_ content: [UInt8]) {
    guard content.count >= 22, content.starts(with: [0x50, 0x4B]) else { return nil }
    func number(_ place: Int, _ count: Int) -> Int? {
      guard place >= 0, place + count <= content.count else { return nil }
      return (0..<count).reduce(0) { $0 | Int(content[place + $1]) << (8 * $1) }
    }
    var end = content.count - 22
    while number(end, 4) != 0x0605_4B50 {
      end -= 1
      guard end >= 0 else { return nil }
    }
    guard let count = number(end + 10, 2), var place = number(end + 16, 4) else { return nil }
    var names: Set<String> = []
    for _ in 0..<count {
      guard number(place, 4) == 0x0201_4B50, let length = number(place + 28, 2), let extra = number(place + 30, 2),
        let comment = number(place + 32, 2), place + 46 + length <= content.count
      else { return nil }
      names.insert(String(decoding: content[(place + 46)..<(place + 46 + length)], as: UTF8.self))
      place += 46 + length + extra + comment
    }
    self.names = names
  }
}
