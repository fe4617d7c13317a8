import BrokerCore

/// What the values in a workflow mean, as far as files tell: expressions of one part are followed, others are unknown.
struct GitHubValues {
  /// The path of the file.
  let path: String
  /// What a calling workflow, or the caller of a composite action, gives, by the names of inputs in lower case.
  var inputs: [String: JobValue] = [:]
  /// What a calling workflow gives as secrets; nil where it hands all of them on, or where nothing calls.
  var secrets: [String: JobValue]?
  /// The variables that are set around the value.
  var variables: [String: JobValue] = [:]

  /// What a text means.
  func value(_ text: String, at place: FilePlace) -> JobValue {
    guard text.contains("${{") else { return JobValue(.text(text), at: place) }
    let inner = GitHubExpression.inner(of: text)?.trimmed
    if let inner, let value = followed(inner, at: place) { return value }
    // A secret among other things, as in `Bearer ${{ secrets.TOKEN }}`.
    if let name = Self.secretName(in: text) { return secret(name, at: place) }
    return JobValue(.unknown, at: place)
  }

  /// What a node means; a list or a mapping is unknown.
  func value(_ node: YAMLNode) -> JobValue {
    let place = FilePlace(path, line: node.position.line)
    guard node.scalar != nil else { return JobValue(.unknown, at: place) }
    return value(node.text ?? "", at: place)
  }

  /// The same for a value that a job names itself.
  func reading(_ node: YAMLNode, else unknown: Message) -> Reading<String> {
    let place = FilePlace(path, line: node.position.line)
    guard node.scalar != nil else { return .unknown(unknown, place) }
    guard let text = node.text, !text.isEmpty else { return .absent }
    guard case .text(let known) = value(text, at: place).content else { return .unknown("an expression", place) }
    return known.isEmpty ? .absent : .known(known, place)
  }

  /// The deployment environment that a job names: a name, or a mapping with one.
  func environment(_ node: YAMLNode?) -> Reading<String> {
    guard let node, !node.isNull else { return .absent }
    guard let mapping = node.mapping else { return reading(node, else: "a list") }
    return mapping["name"].map { reading($0, else: "a list") } ?? .absent
  }

  /// The entries of a mapping.
  func values(_ node: YAMLNode?) -> [String: JobValue] {
    var values: [String: JobValue] = [:]
    for member in node?.mapping?.members ?? [] { values[member.name] = value(member.value) }
    return values
  }

  /// These values with further variables, which go before those around them.
  func with(_ node: YAMLNode?) -> GitHubValues {
    var values = self
    values.variables.merge(self.values(node)) { _, inner in inner }
    return values
  }

  /// A line of a script with what is known in the place of expressions, and the secrets that are put into it.
  func filled(_ line: String) -> (text: String, stored: [String]) {
    guard line.contains("${{") else { return (line, []) }
    var text = ""
    var stored: [String] = []
    var rest = line[...]
    while let open = rest.firstRange(of: "${{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      text += rest[..<open.lowerBound]
      let expression = rest[open.lowerBound..<close.upperBound]
      switch value(String(expression), at: FilePlace(path, line: 1)).content {
      case .text(let known): text += known
      case .stored(let name):
        stored.append(name)
        text += expression
      case .made, .unknown: text += expression
      }
      rest = rest[close.upperBound...]
    }
    return (text + rest, stored)
  }

  private func followed(_ path: String, at place: FilePlace) -> JobValue? {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, parts[1].utf8.allSatisfy(Self.isName) else { return nil }
    switch parts[0].lowercased() {
    case "secrets": return secret(parts[1], at: place)
    case "env": return variables[parts[1]].map { JobValue($0.content, at: place) }
    case "inputs": return inputs[parts[1].lowercased()].map { JobValue($0.content, at: place) }
    case "github" where parts[1].lowercased() == "token": return JobValue(.made, at: place)
    case "steps", "needs": return JobValue(.made, at: place)
    default: return nil
    }
  }

  private func secret(_ name: String, at place: FilePlace) -> JobValue {
    if name.uppercased() == "GITHUB_TOKEN" { return JobValue(.made, at: place) }
    guard let secrets else { return JobValue(.stored(name), at: place) }
    return secrets[name.lowercased()].map { JobValue($0.content, at: place) } ?? JobValue(.text(""), at: place)
  }

  /// The name in `secrets.NAME` or `secrets['NAME']`.
  static func secretName(in text: String) -> String? {
    // Names of contexts have no case.
    let bytes = text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    let ends = ["secrets.", "secrets['"].compactMap { bytes.firstRange(of: Array($0.utf8))?.upperBound }
    guard let end = ends.min() else { return nil }
    let name = text[text.utf8.index(text.startIndex, offsetBy: end)...].prefix { $0.utf8.allSatisfy(isName) }
    return name.isEmpty ? nil : String(name)
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
    default: false
    }
  }
}
