/// Wheels, source distributions, and the names of distribution files: a line with a name, and the bytes of the file behind it.
enum WheelTarget {
  /// The file, whatever it is called.
  private struct Files: FileReading {
    let contents: [UInt8]

    func read(_ path: String, maximumBytes: Int) throws(BrokerError) -> [UInt8] { contents }
  }

  static func run(_ bytes: [UInt8]) {
    let line = bytes.prefix { $0 != 0x0A }
    let file = Array(bytes.dropFirst(line.count + 1))
    let name = String(decoding: line, as: UTF8.self)
    func piece(_ offset: Int, _ count: Int) -> [UInt8] {
      require(
        offset >= 0 && count >= 0 && offset + count <= file.count, "\(count) bytes from \(offset) of \(file.count)")
      return Array(file[offset..<(offset + count)])
    }
    let contents = WheelContents(size: file.count, piece)
    let source = SourceContents.fields(size: file.count, piece)
    require((source?.values.reduce(0) { $0 + $1.utf8.count } ?? 0) <= 3 * 65_536, "too long")
    require((contents?.fields.values.reduce(0) { $0 + $1.utf8.count } ?? 0) <= 3 * 65_536, "too long")
    require((Inflate.prefix(of: file[...], maximum: 4_096)?.count ?? 0) <= 4_096, "more than is wanted")
    let format = PythonDistributions(site: "pypi", files: Files(contents: file))
    for path in [name, "sample-1.0-py3-none-any.whl"] {
      for objection in format.objections(to: [path, "sample-1.0.tar.gz"], listings: [:]) {
        requirePlain(objection.reason.text)
        requirePlain(objection.remedy.text)
      }
    }
    guard let version = PythonVersion(name) else { return }
    require(PythonVersion(version.text) == version && PythonVersion(version.text)?.text == version.text, version.text)
  }
}
