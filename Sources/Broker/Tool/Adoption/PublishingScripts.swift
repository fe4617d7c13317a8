import BrokerCore

/// How lines of scripts and ready-made steps publish today, and what they become.
struct PublishingScripts: Sendable {
  let tools: PublishingTools
  /// The registries that are known.
  let targets: [Target]

  /// A line with the command that publishes behind `token-broker exec`; nil for a line that does not publish.
  ///
  /// - Throws: `ErrorCode.usage` if it publishes to a registry that is not known.
  func change(
    _ line: String, _ variables: [String: String]
  ) throws(BrokerError) -> WorkflowChangeRequest.Script? {
    var cuts: [Range<String.Index>] = []
    var inserts: [(at: String.Index, text: String)] = []
    var removed: [String] = []
    var registry: String?
    var command = ""
    var before: [ShellWords.Word] = []
    for words in ShellWords(line).commands {
      let fed = before
      before = words
      let start = words.prefix { Self.isAssignment($0.text) }.count
      let body = Array(words[start...])
      guard !body.isEmpty, body[0].text.lastPathPart != "token-broker" else { continue }
      if stores(body.map(\.text)) {
        // What is said to it through a pipe goes with it.
        let first = Self.isPipe(line, from: fed, to: words) ? fed[0] : words[0]
        cuts.removeAll { $0.lowerBound >= first.range.lowerBound }
        cuts.append(first.range.lowerBound..<words[words.count - 1].range.upperBound)
        removed += (first.range == words[0].range ? [] : fed.map(\.text)) + words.map(\.text)
        continue
      }
      guard let found = ClientRecognition(body.map(\.text), tools), !ClientArguments(found).isDryRun else { continue }
      let (options, values) = guarded(found)
      let assigned = words[..<start].filter { Self.name($0.text).map(decides) ?? false }
      var given = variables
      for word in words[..<start] {
        if let name = Self.name(word.text) { given[name] = String(word.text.dropFirst(name.count + 1)) }
      }
      let target = try target(
        values + destinations(of: found.client, given),
        among: targets.filter { $0.registry.capabilities.tools.tools.contains(found.client) })
      registry = registry ?? target
      inserts.append((body[0].range.lowerBound, "token-broker exec \(target) -- "))
      cuts += options.map { body[$0].range } + assigned.map(\.range)
      removed += options.map { body[$0].text } + assigned.map(\.text)
      if !found.client.exchangesIdentity, let name = found.client.credentialVariable, given[name] == nil,
        !options.contains(where: { body[$0].text.contains("$") })
      {
        // Nothing names its credential: it is a variable that is stored outside of the file.
        removed.append("$\(name)")
      }
      let kept = body.indices.filter { !options.contains($0) }.map { String(line[body[$0].range]) }
      command = "token-broker exec \(target) -- \(kept.joined(separator: " "))"
    }
    guard !cuts.isEmpty || !inserts.isEmpty else { return nil }
    let text = Self.edited(line, cuts, inserts)
    return WorkflowChangeRequest.Script(
      text: text.allSatisfy { $0.isWhitespace || "&;|".contains($0) } ? nil : text, registry: registry,
      command: command, removed: removed)
  }

  /// What a ready-made step becomes; nil for one that does not publish.
  ///
  /// - Throws: `ErrorCode.usage` if it publishes to a registry that is not known.
  func change(
    part name: String, _ inputs: [String: String]
  ) throws(BrokerError) -> WorkflowChangeRequest.Part? {
    guard let part = tools.parts.first(where: { $0.name.lowercased() == name.lowercased() }) else { return nil }
    if let condition = part.condition {
      let given = inputs[condition.input] ?? ""
      guard !condition.making.contains(given) else {
        throw BrokerError(
          .usage,
          "\(Neutralized(part.name)) with \(Neutralized(condition.input)) \(Neutralized(given, limit: 40)) makes the files and publishes them in one step.",
          remedy: "Let it make the files alone, and publish them in a step of its own.")
      }
      guard condition.values.contains(given) else { return nil }
    }
    let words = part.argumentsInput.flatMap { inputs[$0] }.map { ShellWords($0).commands.first ?? [] } ?? []
    let addresses = part.addressInputs.compactMap { inputs[$0] } + words.map(\.text).filter { $0.contains("://") }
    guard let instead = part.command else {
      return WorkflowChangeRequest.Part(registry: "", command: nil, notes: part.notes)
    }
    let takers = targets.filter { $0.registry.capabilities.tools.parts.contains(part) }
    let target = try target(addresses.filter { !$0.isEmpty }, among: takers)
    if part.isOwnWay {
      let tool = takers.first?.registry.capabilities.tools.names.first ?? ""
      throw BrokerError(
        .usage, "\(Neutralized(part.name)) publishes in a way of its own, and no line of a script takes its place.",
        remedy:
          "Change that place by hand: what it does, token-broker exec \(Neutralized(target)) --client \(Neutralized(tool)) -- \(Neutralized(instead)) does."
      )
    }
    let files: String
    if part.argumentsInput == nil {
      let folder = part.folderInputs.compactMap { inputs[$0] }.first ?? part.folder
      files = "\(folder.hasSuffix("/") ? String(folder.dropLast()) : folder)/*"
    } else {
      files = words.map(\.text).filter { !$0.hasPrefix("-") && !$0.contains("://") }.joined(separator: " ")
    }
    return WorkflowChangeRequest.Part(
      registry: target,
      command: "token-broker exec \(target) -- \(instead.replacing("{files}", with: files))", notes: part.notes)
  }

  /// Whether a variable is one that the tools publish by.
  func decides(_ variable: String) -> Bool {
    tools.tools.contains { tool in targets.contains { tool.decides(variable, for: $0.name) } }
  }

  // MARK: Words

  private static func isAssignment(_ word: String) -> Bool { name(word) != nil }

  private static func name(_ word: String) -> String? {
    word.firstIndex(of: "=").map { String(word[..<$0]) }.flatMap { VariableName.isValid($0) ? $0 : nil }
  }

  /// Whether a command stores a credential for a tool.
  private func stores(_ words: [String]) -> Bool {
    guard let tool = tools.tools.first(where: { $0.name == tools.name(words[0]) }) else { return false }
    return tool.storing.contains { pattern in
      let start = pattern[pattern.count - 1]
      return zip(words.dropFirst(), pattern.dropLast()).allSatisfy { $0 == $1 }
        && (words.count > pattern.count
          ? words[pattern.count].hasPrefix(start) : start.isEmpty && words.count == pattern.count)
    }
  }

  /// The words of options that name a destination or a credential, and the destinations.
  private func guarded(_ found: ClientRecognition) -> (words: [Int], destinations: [String]) {
    let command = found.command
    var words: [Int] = []
    var destinations: [String] = []
    for option in found.client.guardedOptions {
      var index = found.subcommand + 1
      while index < command.endIndex {
        defer { index += 1 }
        guard let (_, attached) = found.client.syntax.match(command[index], option.names) else { continue }
        let takesNext = attached == nil && index + 1 < command.endIndex
        words += takesNext ? [index, index + 1] : [index]
        let value = attached ?? (takesNext ? command[index + 1] : "")
        if [.address, .name, .registry].contains(option.kind), !value.isEmpty { destinations.append(value) }
        if takesNext { index += 1 }
      }
    }
    return (words.sorted(), destinations)
  }

  /// The destinations that variables name.
  private func destinations(of tool: PublishingTool, _ variables: [String: String]) -> [String] {
    let names =
      tool.variables.filter { $0.value == "{url}" }.map(\.name)
      + tool.removedVariables.filter { $0.hasSuffix("_REPOSITORY") || $0.hasSuffix("_INDEX") }
    return names.compactMap { variables[$0] }.filter { !$0.isEmpty }
  }

  /// Whether what one command prints is what the next one reads.
  private static func isPipe(_ line: String, from: [ShellWords.Word], to: [ShellWords.Word]) -> Bool {
    guard let end = from.last?.range.upperBound, let start = to.first?.range.lowerBound else { return false }
    return line[end..<start].filter { $0 == "|" }.count == 1
  }

  /// The registry that destinations mean; the one that tools mean if they are told none.
  private func target(
    _ destinations: [String], among targets: [Target]
  ) throws(BrokerError) -> String {
    guard let first = destinations.first else {
      let usual = targets.first { $0.registry.capabilities.refusals?.isUsual == true } ?? targets.last
      return usual?.name ?? ""
    }
    let found = targets.first { target in
      let hosts = [target.registry.home.host, target.registry.uploadURL.origin.host]
      return target.name == first.lowercased()
        || hosts.contains { first.contains("://\($0)/") || first.hasSuffix("://\($0)") }
    }
    guard let found else {
      throw BrokerError(
        .usage, "It publishes to \(Neutralized.quoted(first, limit: 120)), which is no registry of the configuration.",
        remedy: "Add it to \"registries\" (docs/configuration.md), or leave that job as it is with --workflow.")
    }
    return found.name
  }

  private static func edited(
    _ line: String, _ cuts: [Range<String.Index>], _ inserts: [(at: String.Index, text: String)]
  ) -> String {
    var output = ""
    var index = line.startIndex
    while index < line.endIndex {
      if let cut = cuts.first(where: { $0.lowerBound == index }) {
        for insert in inserts where insert.at == index { output += insert.text }
        index = cut.upperBound
        // The space behind a word goes with it.
        if index < line.endIndex, line[index] == " " { index = line.index(after: index) }
        continue
      }
      for insert in inserts where insert.at == index { output += insert.text }
      output.append(line[index])
      index = line.index(after: index)
    }
    while output.last == " " { output.removeLast() }
    // What is left of a line that is joined to the next: a backslash alone.
    return output.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.isEmpty && !$0.allSatisfy { $0 == " " || $0 == "\\" } || $0.isEmpty }
      .joined(separator: "\n")
  }
}
