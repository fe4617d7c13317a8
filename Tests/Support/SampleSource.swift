/// Source distributions for tests: tar files in gzip files that are not compressed.
public enum SampleSource {
  /// A source distribution with metadata in a folder, and files before and behind them; `flags` are those of a gzip file,
  /// with what they announce.
  public static func bytes(
    folder: String = "sample-1.0", name: String = "sample", version: String = "1.0", metadataVersion: String = "2.4",
    before: [(name: String, text: String)] = [], behind: [(name: String, text: String)] = [], flags: UInt8 = 0
  ) -> [UInt8] {
    let metadata = "Metadata-Version: \(metadataVersion)\nName: \(name)\nVersion: \(version)\n\nWords: of it\n"
    let files = before + [("\(folder)/PKG-INFO", metadata)] + behind
    let archive = files.flatMap(member) + [UInt8](repeating: 0, count: 1024)
    var bytes: [UInt8] = [0x1F, 0x8B, 0x08, flags, 0, 0, 0, 0, 0, 3]
    if flags & 0x04 != 0 { bytes += [2, 0, 0x78, 0x79] }
    for flag in [0x08, 0x10] as [UInt8] where flags & flag != 0 { bytes += Array("words".utf8) + [0] }
    if flags & 0x02 != 0 { bytes += [1, 2] }
    for start in stride(from: 0, to: archive.count, by: 65_535) {
      let part = archive[start..<min(start + 65_535, archive.count)]
      let (low, high) = (UInt8(truncatingIfNeeded: part.count), UInt8(truncatingIfNeeded: part.count >> 8))
      bytes += [part.endIndex == archive.count ? 1 : 0, low, high, ~low, ~high] + part
    }
    return bytes + [UInt8](repeating: 0, count: 8)
  }

  private static func member(_ name: String, _ text: String) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    header.replaceSubrange(0..<name.utf8.count, with: name.utf8)
    let digits = String(text.utf8.count, radix: 8)
    header.replaceSubrange(124..<135, with: (String(repeating: "0", count: 11 - digits.count) + digits).utf8)
    header[156] = 0x30
    return header + Array(text.utf8) + [UInt8](repeating: 0, count: (512 - text.utf8.count % 512) % 512)
  }
}
