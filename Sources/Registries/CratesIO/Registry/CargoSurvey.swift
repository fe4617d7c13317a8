import BrokerCore

extension PackageSurvey {
  /// cargo's own word on the crates of a workspace: `cargo metadata` reads manifests, and runs nothing of theirs.
  static let cargo = PackageSurvey(
    "cargo", question: CargoWords.metadata, read: CargoWorkspace.answer, select: CargoWords.selecting)
}

/// The words behind `cargo` of a command that publishes.
enum CargoWords {
  /// The options that choose crates, and whether each has a value.
  private static let choosing = [
    "-p": true, "--package": true, "--exclude": true, "--workspace": false, "--all": false,
  ]

  /// The words that ask for the crates: the toolchain's, and where the manifest is.
  static func metadata(_ words: [String]) -> [String] {
    let toolchain = words.prefix { $0.hasPrefix("+") }
    let manifest = values(of: ["--manifest-path"], in: words).last.map { ["--manifest-path", $0] } ?? []
    return toolchain + ["metadata", "--format-version", "1", "--no-deps"] + manifest
  }

  /// The words that publish these crates and no others.
  static func selecting(_ words: [String], _ crates: [String]) -> [String] {
    var kept: [String] = []
    var index = 0
    while index < words.count {
      let (name, value) = split(words[index])
      if let hasValue = choosing[name] {
        index += hasValue && value == nil ? 2 : 1
      } else if words[index].hasPrefix("-p"), !words[index].hasPrefix("--") {
        index += 1
      } else {
        kept.append(words[index])
        index += 1
      }
    }
    return kept + crates.flatMap { ["-p", $0] }
  }

  /// Whether an option is given.
  static func has(_ options: [String], in words: [String]) -> Bool {
    words.contains { options.contains(split($0).name) }
  }

  /// The values of an option: `--package NAME`, `--package=NAME`, `-p NAME`, `-pNAME`.
  static func values(of options: [String], in words: [String]) -> [String] {
    var values: [String] = []
    for (index, word) in words.enumerated() {
      let (name, value) = split(word)
      if options.contains(name) {
        if let value = value ?? (index + 1 < words.count ? words[index + 1] : nil) { values.append(value) }
      } else if !word.hasPrefix("--"), word.count > 2, options.contains(String(word.prefix(2))) {
        values.append(String(word.dropFirst(2)))
      }
    }
    return values
  }

  private static func split(_ word: String) -> (name: String, value: String?) {
    guard word.hasPrefix("-"), let equals = word.firstIndex(of: "=") else { return (word, nil) }
    return (String(word[..<equals]), String(word[word.index(after: equals)...]))
  }
}

/// The crates of a workspace, as `cargo metadata` says (The Cargo Book, "cargo metadata", format version 1).
struct CargoWorkspace {
  private struct Crate {
    let name: String
    let version: String
    let identifier: String
    /// The folder of its manifest.
    let folder: String
    /// The registries that it may be published to; nil for any.
    let registries: [String]?
  }

  private let crates: [Crate]
  private let members: [String]
  private let usual: [String]
  private let target: String

  private init?(_ output: [UInt8]) {
    guard let object = (try? JSONReader(maximumBytes: 64 << 20, maximumDepth: 64).read(output))?.object,
      let packages = object["packages"]?.array, let target = object["target_directory"]?.string
    else { return nil }
    func texts(_ name: String) -> [String]? { object[name]?.array?.compactMap(\.string) }
    crates = packages.compactMap { package in
      guard let package = package.object, let name = package["name"]?.string, let version = package["version"]?.string,
        let identifier = package["id"]?.string, let manifest = package["manifest_path"]?.string
      else { return nil }
      return Crate(
        name: name, version: version, identifier: identifier,
        folder: manifest.lastIndex(of: "/").map { String(manifest[..<$0]) } ?? "/",
        registries: package["publish"]?.array?.compactMap(\.string))
    }
    members = texts("workspace_members") ?? crates.map(\.identifier)
    usual = texts("workspace_default_members") ?? members
    self.target = target
  }

  /// The crates that a command publishes.
  static func answer(_ words: [String], _ folder: String, _ output: [UInt8]) -> PackageSurvey.Answer {
    guard let workspace = CargoWorkspace(output) else {
      return PackageSurvey.Answer([], unknown: "cargo metadata gave no list of crates")
    }
    return workspace.answer(words, folder)
  }

  private func answer(_ words: [String], _ folder: String) -> PackageSurvey.Answer {
    let isWhole = CargoWords.has(["--workspace", "--all"], in: words)
    let named = CargoWords.values(of: ["--package", "-p"], in: words)
    let left = CargoWords.values(of: ["--exclude"], in: words)
    // A pattern, or an identifier of a package: cargo resolves these by itself.
    if let other = (named + left).first(where: { !$0.utf8.allSatisfy(CrateFiles.isNameByte) }) {
      return PackageSurvey.Answer(
        [], unknown: "\(Neutralized(other, limit: 120)) is resolved by cargo")
    }
    var chosen: [Crate]
    var isNamed = true
    if !named.isEmpty {
      chosen = crates.filter { named.contains($0.name) }
    } else if isWhole {
      chosen = crates.filter { members.contains($0.identifier) && !left.contains($0.name) }
      isNamed = false
    } else {
      let start =
        CargoWords.values(of: ["--manifest-path"], in: words).last.map { manifest in
          let path = manifest.hasPrefix("/") ? manifest : "\(folder)/\(manifest)"
          return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? folder
        } ?? folder
      let around = crates.filter { Self.isBelow(start, $0.folder) }.max { $0.folder.count < $1.folder.count }
      chosen = around.map { [$0] } ?? crates.filter { usual.contains($0.identifier) }
      isNamed = around != nil
    }
    // cargo passes over a crate with publish = false unless it is named.
    if !isNamed { chosen.removeAll { $0.registries?.isEmpty ?? false } }
    let place = CargoWords.values(of: ["--target-dir"], in: words).last.map {
      $0.hasPrefix("/") ? $0 : "\(folder)/\($0)"
    }
    return PackageSurvey.Answer(
      chosen.map { crate in
        let filename = "\(crate.name)-\(crate.version)\(CrateFiles.ending)"
        return PackageSurvey.Package(
          DistributionName(filename: filename, project: crate.name, version: crate.version),
          at: "\(place ?? target)/package/\(filename)")
      }, objections: chosen.compactMap(Self.objection))
  }

  private static func isBelow(_ path: String, _ folder: String) -> Bool {
    path == folder || path.hasPrefix("\(folder)/")
  }

  private static func objection(_ crate: Crate) -> (package: String, reason: Message, remedy: Message)? {
    guard let registries = crate.registries, !registries.contains("crates-io") else { return nil }
    let list = registries.map { Neutralized($0, limit: 64) }.joined(separator: ", ")
    return (
      crate.name,
      registries.isEmpty
        ? "publish = false in its Cargo.toml keeps it from every registry."
        : "publish in its Cargo.toml names \(list) alone.",
      "Add \"crates-io\" to publish in the crate's Cargo.toml, or leave the crate out of the command."
    )
  }
}
