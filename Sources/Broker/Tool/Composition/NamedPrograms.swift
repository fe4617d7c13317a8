import BrokerCore

/// The programs that the command line declares as plug-ins: `--plugin` and `--plugin-env`.
enum NamedPrograms {
  /// The options.
  static let options = [
    OptionSpec(
      "--plugin", "NAME=/PATH", "declare a program as a plug-in; @sha256:DIGEST may follow the path", isRepeatable: true
    ),
    OptionSpec("--plugin-env", "NAME=VARIABLE", "hand a variable of the job to that program", isRepeatable: true),
  ]

  /// The part of a path that names the SHA-256 of its file.
  private static let digestMark = "@sha256:"

  /// Reads the options.
  ///
  /// - Throws: `ErrorCode.usage`.
  static func read(_ arguments: ParsedArguments) throws(BrokerError) -> DeclaredPrograms {
    var programs: [DeclaredProgram] = []
    var environments: [String: [String]] = [:]
    for text in arguments.all("--plugin-env") {
      let (name, variable) = try pair(text, "--plugin-env", "acme=ACME_URL")
      if let obstacle = DeclaredProgram.obstacle(toVariable: variable) {
        throw wrong("--plugin-env hands over \(Neutralized.quotedName(variable)), which \(obstacle).", "acme=ACME_URL")
      }
      environments[name, default: []].append(variable)
    }
    for text in arguments.all("--plugin") {
      let (name, rest) = try pair(text, "--plugin", "acme=/opt/acme/plugin")
      guard EntryName.isValid(name), !programs.contains(where: { $0.name == name }) else {
        throw wrong(
          "--plugin names a program \(Neutralized.quotedName(name)), which is no name, or has two.",
          "acme=/opt/acme/plugin")
      }
      let (path, sha256) = try parts(of: rest)
      if let obstacle = DeclaredProgram.obstacle(toCommand: [path]) {
        throw wrong("--plugin \(Neutralized(name)) \(obstacle).", "acme=/opt/acme/plugin")
      }
      programs.append(
        DeclaredProgram(
          name: name, command: [path], sha256: sha256, environment: environments.removeValue(forKey: name) ?? []))
    }
    if let name = environments.keys.min() {
      throw BrokerError(
        .usage, "--plugin-env is for the program \(Neutralized.quotedName(name)), which no --plugin declares.",
        remedy: "What a file declares says itself which variables it gets.")
    }
    return DeclaredPrograms(named: programs)
  }

  private static func parts(of text: String) throws(BrokerError) -> (path: String, sha256: String?) {
    guard let mark = text.lastRange(of: digestMark) else { return (text, nil) }
    let digest = text[mark.upperBound...].lowercased()
    guard DeclaredProgram.isSHA256(digest) else {
      throw wrong("What follows @sha256: is not 64 hexadecimal digits.", "acme=/opt/acme/plugin@sha256:DIGEST")
    }
    return (String(text[..<mark.lowerBound]), digest)
  }

  private static func pair(_ text: String, _ option: Message, _ example: Message) throws(BrokerError) -> (
    String, String
  ) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw wrong("\(option) has no name and value with = between.", example)
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }

  private static func wrong(_ message: Message, _ example: Message) -> BrokerError {
    BrokerError(.usage, message, remedy: "Write it as \(example).")
  }
}
