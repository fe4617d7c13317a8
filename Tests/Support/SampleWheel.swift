/// Wheels for tests: zip files that are not compressed.
public enum SampleWheel {
  /// A wheel with a folder for metadata, its fields, and the files in it beside `METADATA`.
  public static func bytes(
    folder: String = "sample-1.0.dist-info", name: String = "sample", version: String = "1.0",
    metadataVersion: String = "2.4", files: [String] = ["WHEEL", "RECORD"]
  ) -> [UInt8] {
    let metadata = "Metadata-Version: \(metadataVersion)\nName: \(name)\nVersion: \(version)\n\nWords: of it\n"
    return zip(
      [("sample/__init__.py", "")] + files.map { ("\(folder)/\($0)", "x") } + [("\(folder)/METADATA", metadata)])
  }

  /// A zip file of texts.
  public static func zip(_ files: [(name: String, text: String)]) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for (name, text) in files {
      let sizes = number(0, 4) + number(text.utf8.count, 4) + number(text.utf8.count, 4) + number(name.utf8.count, 2)
      directory += [0x50, 0x4B, 0x01, 0x02] + number(20, 2) + number(20, 2) + [UInt8](repeating: 0, count: 8) + sizes
      directory += [UInt8](repeating: 0, count: 12) + number(bytes.count, 4) + Array(name.utf8)
      bytes += [0x50, 0x4B, 0x03, 0x04] + number(20, 2) + [UInt8](repeating: 0, count: 8) + sizes + number(0, 2)
      bytes += Array(name.utf8) + Array(text.utf8)
    }
    let counts = number(files.count, 2) + number(files.count, 2)
    let end = [0x50, 0x4B, 0x05, 0x06] + number(0, 4) + counts + number(directory.count, 4) + number(bytes.count, 4)
    return bytes + directory + end + number(0, 2)
  }

  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
