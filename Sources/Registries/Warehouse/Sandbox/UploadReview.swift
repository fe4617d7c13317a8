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
    guard let own = version.flatMap(ProjectVersion.canonical) else { return nil }
    let release = files.filter { ProjectVersion.canonical($0.upload.version) == own }
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

  /// Whether it is a platform that the index knows, by the patterns that it has for them.
  private static func isPlatform(_ tag: String) -> Bool {
    let patterns: [Regex<Substring>] = [
      /any|win32|win_(?:arm64|amd64|ia64)|linux_armv[67]l|manylinux(?:1|2010)_(?:x86_64|i686)/,
      /manylinux2014_(?:x86_64|i686|aarch64|armv7l|ppc64|ppc64le|s390x)/,
      /macosx_(?:10_\d+|(?:11|12|13|14|15|26)_0)_(?:ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal2?)/,
      /(?:many|musl)linux_\d+_\d+_(?:x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64)|manylinux_\d+_\d+_ppc64/,
      /ios_\d+_\d+_(?:arm64|x86_64)_(?:iphoneos|iphonesimulator)/,
      /android_\d+_(?:armeabi_v7a|arm64_v8a|x86|x86_64)|pyemscripten_\d+_\d+_wasm32/,
    ]
    return patterns.contains { tag.wholeMatch(of: $0) != nil }
  }
}

/// Versions as PyPI compares them (PEP 440, appendix B).
enum ProjectVersion {
  /// The normalised text; nil if it is no version.
  static func canonical(_ text: String) -> String? {
    guard
      let match = text.lowercased().wholeMatch(
        of:
          #/\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d+)?)?(?:-(\d+)|[-_.]?(?:post|rev|r)([-_.]?\d+)?()|)(?:[-_.]?dev[-_.]?(\d+)?())?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*/#
      )
    else { return nil }
    func number(_ digits: Substring?) -> String {
      digits.flatMap { Int($0.filter(\.isNumber)) }.map(String.init) ?? "0"
    }
    var version = match.2.split(separator: ".").map { number($0) }.joined(separator: ".")
    if let epoch = match.1, number(epoch) != "0" { version = "\(number(epoch))!\(version)" }
    if let stage = match.3 {
      version += (stage.hasPrefix("a") ? "a" : stage.hasPrefix("b") ? "b" : "rc") + number(match.4)
    }
    if let post = match.5 {
      version += ".post\(number(post))"
    } else if match.7 != nil {
      version += ".post\(number(match.6))"
    }
    if match.9 != nil { version += ".dev\(number(match.8))" }
    if let local = match.10 { version += "+\(local.replacing(/[-_]/, with: "."))" }
    return version
  }

  /// A value that versions share if they differ only in zeros at the end of the release.
  static func key(_ canonical: String) -> String {
    canonical.replacing(/(?:\.0)+(?=$|[^.0-9]|\.(?:post|dev))/, with: "", maxReplacements: 1)
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
