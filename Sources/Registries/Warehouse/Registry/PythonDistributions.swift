public import BrokerCore

/// Python's distribution files (the packaging specifications "Binary distribution format" and "Source distribution
/// format"), and what PyPI's own sites never take of them (Warehouse 6b62157, forklift/legacy.py and metadata.py).
public struct PythonDistributions: DistributionFormat {
  /// The endings of distribution files.
  public static let endings = [".whl", ".tar.gz", ".zip"]

  /// The ending of a file's attestation (PEP 740).
  static let attestationEnding = ".publish.attestation"

  /// The site whose rules are known; nil for an index of somebody's own, which may take what PyPI does not.
  private let site: String?
  private let files: any FileReading

  /// Reads names, and with `site`, the name of one of PyPI's own in the configuration, judges files as that does.
  public init(site: String? = nil, files: any FileReading = NoFiles()) {
    self.site = site
    self.files = files
  }

  /// Reads the name in a path; nil if it is not that of a distribution.
  public func name(of path: String) -> DistributionName? { Parts(path)?.name }

  /// What a site never takes: names and versions that are not as they have to be, wheels for platforms that it does not know,
  /// metadata of another project or version, a second source distribution, a release that is closed to new files.
  public func objections(
    to paths: [String], listings: [String: ReleaseListing]
  ) -> [DistributionObjection] {
    guard let site else { return [] }
    var seen: [(name: DistributionName, version: PythonVersion)] = []
    return paths.compactMap { path in
      guard let parts = Parts(path) else { return nil }
      var reason = parts.isWheel ? wheelReason(parts, path) : sourceReason(parts, path)
      let version = PythonVersion(parts.name.version)
      if !parts.isWheel, let version {
        let isSecond = seen.contains { other in
          other.name.project == parts.name.project && other.version == version
            && other.name.filename != parts.name.filename
        }
        if isSecond { reason = reason ?? Self.secondSource }
        seen.append((parts.name, version))
      }
      if reason == nil, let version, case .files(let listed) = listings[parts.name.project] {
        reason = listedReason(parts, version, listed)
      }
      return reason.map { reason in
        let fix = RefusalReading.failure(reason.text, at: site)?.cause.fixes.first
        return DistributionObjection(path: path, reason: reason, remedy: fix ?? "Build it again.")
      }
    }
  }

  // MARK: Names

  /// What the name of a file is made of.
  private struct Parts {
    let name: DistributionName
    /// The project, as the file's name has it.
    let rawProject: String
    /// The parts of a wheel's name behind its version.
    let tags: [String]
    let isWheel: Bool

    init?(_ path: String) {
      let filename = path.lastPathPart ?? ""
      guard let ending = endings.first(where: { filename.hasSuffix($0) }) else { return nil }
      let stem = filename.dropLast(ending.count)
      isWheel = ending == ".whl"
      // A wheel's name has no hyphen; that of a source distribution may, but its version has none.
      let sign = UInt8(ascii: "-")
      let hyphen = isWheel ? stem.utf8.firstIndex(of: sign) : stem.utf8.lastIndex(of: sign)
      guard let hyphen, let project = normalized(stem[..<hyphen]) else { return nil }
      let rest = stem.utf8[stem.utf8.index(after: hyphen)...].split(separator: sign, omittingEmptySubsequences: false)
        .map { Substring($0) }
      rawProject = String(stem[..<hyphen])
      tags = rest.dropFirst().map(String.init)
      name = DistributionName(filename: filename, project: project, version: rest.first.map(String.init) ?? "")
    }

    /// The first part of a well-formed name.
    var escapedProject: String { name.project.replacing("-", with: "_") }
  }

  /// Lower case, runs of `-`, `_` and `.` as one hyphen (PEP 503); nil if it is no project's name.
  public static func normalized(_ name: some StringProtocol) -> String? {
    var text = ""
    for byte in name.utf8 {
      switch byte {
      case 0x30...0x39, 0x61...0x7A: text.unicodeScalars.append(Unicode.Scalar(byte))
      case 0x41...0x5A: text.unicodeScalars.append(Unicode.Scalar(byte + 0x20))
      case 0x2D, 0x2E, 0x5F:
        guard !text.isEmpty else { return nil }
        if text.last != "-" { text += "-" }
      default: return nil
      }
    }
    return text.isEmpty || text.last == "-" ? nil : text
  }

  // MARK: Reasons, in the words of PyPI's server software

  private static let secondSource: Message = "Only one sdist may be uploaded per release."

  private func sourceReason(_ parts: Parts, _ path: String) -> Message? {
    guard let version = PythonVersion(parts.name.version) else {
      return "\(Self.quoted(parts.name.version)) is invalid for 'version'."
    }
    if version.isLocal { return Self.local(version) }
    let fields = sourceFields(of: path) ?? [:]
    if let reason = metadataReason(fields) ?? nameReason(parts, fields) { return reason }
    let expected = "\(parts.escapedProject)-\(version.text).tar.gz"
    guard parts.name.filename == expected else {
      return "Filename \(Self.quoted(parts.name.filename)) is invalid, should be \(Self.quoted(expected))."
    }
    return versionReason(version, fields)
  }

  private func wheelReason(_ parts: Parts, _ path: String) -> Message? {
    let filename = Self.quoted(parts.name.filename)
    guard let version = PythonVersion(parts.name.version) else {
      return "\(Self.quoted(parts.name.version)) is invalid for 'version'."
    }
    if version.isLocal { return Self.local(version) }
    let contents = contents(of: path)
    if let reason = contents.flatMap({ metadataReason($0.fields) }) { return reason }
    let isBuild = parts.tags.first?.utf8.first.map { (0x30...0x39).contains($0) } ?? false
    guard parts.tags.count == 3 || (parts.tags.count == 4 && isBuild) else {
      return "Invalid wheel filename: \(filename)."
    }
    for platform in parts.tags[parts.tags.count - 1].split(separator: ".").map({ $0.lowercased() })
    where !WheelPlatform.isTaken(platform) {
      return "Binary wheel \(filename) has an unsupported platform tag \(Self.quoted(platform))."
    }
    guard let contents else { return namingReason(parts) }
    return contentsReason(parts, version, contents)
  }

  /// What is wrong with the metadata by itself.
  private func metadataReason(_ fields: [String: String]) -> Message? {
    if let number = fields["metadata-version"], !Self.isMetadataVersion(number) {
      return "\(Self.quoted(number)) is not a valid metadata version."
    }
    guard let text = fields["version"] else { return nil }
    guard let version = PythonVersion(text) else { return "\(Self.quoted(text)) is invalid for 'version'." }
    return version.isLocal ? Self.local(version) : nil
  }

  /// What is wrong with a wheel's name beside its contents.
  private func contentsReason(_ parts: Parts, _ version: PythonVersion, _ contents: WheelContents) -> Message? {
    let name = parts.name
    if let reason = nameReason(parts, contents.fields) ?? namingReason(parts) ?? versionReason(version, contents.fields)
    {
      return reason
    }
    let folder = "\(parts.rawProject)-\(name.version).dist-info"
    for file in ["WHEEL", "RECORD", "METADATA"] where !contents.metadataFiles.contains("\(folder)/\(file)") {
      return file == "WHEEL"
        ? "Invalid distribution file. WHEEL not found at \(Self.shown("\(folder)/WHEEL"))"
        : "Wheel \(Self.quoted(name.filename)) does not contain the required \(Neutralized(file)) file: \(Self.shown("\(folder)/\(file)"))"
    }
    return nil
  }

  /// What is wrong with the project in a file's name beside that in its metadata.
  private func nameReason(_ parts: Parts, _ fields: [String: String]) -> Message? {
    guard let own = fields["name"], let project = Self.normalized(own), project != parts.name.project else {
      return nil
    }
    return "Start filename for \(Self.quoted(own)) with \(Self.quoted(project.replacing("-", with: "_")))."
  }

  private func versionReason(_ version: PythonVersion, _ fields: [String: String]) -> Message? {
    guard let own = fields["version"].flatMap({ PythonVersion($0) }), own != version else { return nil }
    return "Version in filename should be \(Self.quoted(own.text)) not \(Self.quoted(version.text))."
  }

  private func namingReason(_ parts: Parts) -> Message? {
    guard parts.rawProject != parts.escapedProject else { return nil }
    return "Filename \(Self.quoted(parts.name.filename)) should contain the normalized project name "
      + "\(Self.quoted(parts.escapedProject)), not \(Self.quoted(parts.rawProject))."
  }

  /// The files of a release that keep another file out.
  private func listedReason(_ parts: Parts, _ version: PythonVersion, _ listed: [ReleaseFile]) -> Message? {
    let release = listed.filter { file in
      file.filename != parts.name.filename && Parts(file.filename).flatMap { PythonVersion($0.name.version) } == version
    }
    if release.contains(where: { ($0.age ?? 0) > Self.openSeconds }) {
      return "Uploading new files to releases older than 14 days is not allowed."
    }
    let hasSource = release.contains { Parts($0.filename)?.isWheel == false }
    return !parts.isWheel && hasSource ? Self.secondSource : nil
  }

  /// How long a release takes new files, in seconds, and an hour for clocks.
  private static let openSeconds: Int64 = 14 * 86_400 + 3_600

  private static func local(_ version: PythonVersion) -> Message {
    "The use of local versions in \(quoted(version.text)) is not allowed."
  }

  /// Whether it is a version of core metadata that there is, or that may come: 1.0 to 1.2, and 2.1 and later ones.
  private static func isMetadataVersion(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return false }
    return major == 1 ? (0...2).contains(minor) : major == 2 && minor >= 1
  }

  private static func quoted(_ text: String) -> Message { "'\(shown(text))'" }

  private static func shown(_ text: String) -> Neutralized { Neutralized(text, limit: 200) }

  // MARK: Contents

  /// The contents of a wheel; nil if it cannot be read: the index judges that.
  private func contents(of path: String) -> WheelContents? {
    guard let size = try? files.size(of: path) else { return nil }
    return WheelContents(size: size) { offset, count in try? files.read(path, from: offset, count: count) }
  }

  /// The metadata of a source distribution; nil if they cannot be read.
  private func sourceFields(of path: String) -> [String: String]? {
    guard path.hasSuffix(".tar.gz"), let size = try? files.size(of: path) else { return nil }
    return SourceContents.fields(size: size) { offset, count in try? files.read(path, from: offset, count: count) }
  }

  /// The newest version of core metadata in files, of those whose first number is 2; nil if none of them shows one.
  func newestMetadata(of paths: [String]) -> Int? {
    paths.compactMap { path in
      let fields = path.hasSuffix(".whl") ? contents(of: path)?.fields : sourceFields(of: path)
      let parts = fields?["metadata-version"]?.split(separator: ".") ?? []
      return parts.count == 2 && parts[0] == "2" ? Int(parts[1]) : nil
    }.max()
  }
}
