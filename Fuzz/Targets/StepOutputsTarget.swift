/// What is handed over: step outputs as the runner reads them, shell assignments, JSON.
enum StepOutputsTarget {
  static func run(_ bytes: [UInt8]) {
    let url = HTTPURL(.https(host: "pypi.example.com"), path: "/legacy/")
    let text = String(decoding: bytes, as: UTF8.self)
    guard
      let credential = Credential(
        registry: "internal", secret: Secret(text), username: "__token__", expires: UnixTime(1_795_000_900),
        uploadURL: url)
    else {
      require(
        text.utf8.count < 16 || text.utf8.count > 64 || text.contains("::") || text.contains("##[")
          || !text.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "refused")
      return
    }
    guard let form = Runner.gitHub.outputs else { fatalError("no outputs") }
    let outputs = read(CredentialText.text(.outputs(form, of: .gitHub), [credential]).reveal())
    require(outputs.map(\.name) == ["api-token", "expires", "registry"], "\(outputs)")
    require(outputs.map(\.value) == [text, "1795000900", "internal"], "\(outputs)")
    require(CredentialText.text(.token, [credential]).reveal() == text + "\n", "token")
    let json = try? JSONReader().read(Array(CredentialText.text(.json, [credential]).reveal().utf8))
    require(json?.object?["credentials"]?.array?.first?.object?["token"]?.string == text, "json")
    let line = CredentialText.text(.env, [credential]).reveal().split(separator: "\n").first ?? ""
    require(
      line
        == "TOKEN_BROKER_TOKEN='\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'",
      "env")
  }

  /// Reads step outputs as the runner does (actions/runner, FileCommandManager.cs).
  private static func read(_ text: String) -> [(name: String, value: String)] {
    var outputs: [(name: String, value: String)] = []
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let line = lines.popFirst() {
      guard !line.isEmpty else { continue }
      let equals = line.firstIndex(of: "=")
      let heredoc = line.firstRange(of: "<<")
      if let heredoc, equals.map({ heredoc.lowerBound < $0 }) ?? true {
        let delimiter = line[heredoc.upperBound...]
        var value: [Substring] = []
        while let next = lines.popFirst(), next != delimiter { value.append(next) }
        outputs.append((String(line[..<heredoc.lowerBound]), value.joined(separator: "\n")))
      } else if let equals {
        outputs.append((String(line[..<equals]), String(line[line.index(after: equals)...])))
      }
    }
    return outputs
  }
}
