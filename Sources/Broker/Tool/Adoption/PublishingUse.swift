import BrokerCore

/// One way in which a job publishes today.
struct PublishingUse: Sendable {
  /// What it publishes with.
  enum Credential: Sendable, Equatable {
    /// An API token that this program mints.
    case broker
    /// The job's identity, which the tool exchanges by itself.
    case identity
    /// A token that is stored at the provider; nil where no file names it.
    case stored(String?)
    /// Something that another step makes.
    case made
    /// It is not known.
    case unknown
  }

  /// The job.
  let job: JobSurvey
  /// The step.
  let step: JobStep
  /// Where it stands.
  let place: FilePlace
  /// The tool or the part.
  let tool: String
  /// What it publishes with.
  let credential: Credential
  /// Where to; empty where that is not known.
  let targets: [String]
  /// The words that name where to, if they mean no registry or route of the configuration.
  let wrongTarget: String?

  /// Whether it needs the job's identity.
  var needsIdentity: Bool { credential == .broker || credential == .identity }

  /// How it publishes, in words.
  var summary: Message {
    let tool = Neutralized(tool, limit: 80)
    return switch credential {
    case .broker: "token-broker"
    case .identity: "\(tool) with the job's identity"
    case .stored(let name): name.map { "\(tool) with \(Neutralized($0, limit: 80))" } ?? "\(tool) with a stored token"
    case .made: "\(tool) with a token of another step"
    case .unknown: "\(tool)"
    }
  }
}

/// Finds what publishes among the steps of a job.
struct PublishingUses: Sendable {
  let tools: PublishingTools
  /// The registries that are known, those of the configuration first.
  let registries: [Target]
  /// The registries that a name of the command line means; nil if there is none of that name.
  let named: @Sendable (String) -> [String]?
  /// The options of this program that have a value.
  let valueOptions: [String]
  /// What runs the jobs; nil if nothing is known of it.
  let runner: Runner?

  /// What publishes in a job; steps that never run do not.
  func uses(of job: JobSurvey) -> [PublishingUse] {
    var uses: [PublishingUse] = []
    var state = State(job: job)
    for step in job.steps where !step.occasions.isEmpty {
      switch step.work {
      case .part(let name):
        if let part = part(name), part.command == nil {
          state.exchange = part.name
        } else if let use = use(part: name, step, job) {
          uses.append(use)
        }
      case .script(let lines):
        state.variables = step.variables
        state.stored += lines.flatMap(\.stored)
        for line in Self.joined(lines) { uses += self.uses(line, step, &state) }
      case .called, .unknown: break
      }
    }
    return uses
  }

  // MARK: Parts

  private func part(_ name: String) -> PublishingPart? {
    tools.parts.first { $0.name.lowercased() == name.lowercased() }
  }

  private func use(part name: String, _ step: JobStep, _ job: JobSurvey) -> PublishingUse? {
    func text(_ input: String) -> String? { step.inputs[input]?.text.flatMap { $0.isEmpty ? nil : $0 } }
    let last = name.lastPathPart ?? name
    if last == "token-broker" {
      let target = step.inputs["target"]
      return made("token-broker", .broker, target.map { $0.text ?? "" } ?? usual?.name ?? "", step, job)
    }
    let stored = step.inputs.values.compactMap { value -> String? in
      if case .stored(let name) = value.content { name } else { nil }
    }.sorted()
    let isMade = step.inputs.contains { $0.value.content == .made && Self.isSecret($0.key) }
    guard let part = part(name) else {
      // A part that is not known, and is given a secret for an index.
      let isMeant = registries.contains { target in
        ([name] + step.inputs.keys).contains { $0.lowercased().contains(target.name) }
      }
      guard isMeant, let secret = stored.first else { return nil }
      return use(name, .stored(secret), place: step.place, destination: nil, among: registries, step, job)
    }
    if let condition = part.condition {
      let given = step.inputs[condition.input]
      let isMeant = given?.text.map((condition.values + condition.making).contains)
      guard isMeant ?? (given != nil || condition.values.contains("")) else { return nil }
    }
    let destination = part.addressInputs.lazy.compactMap { step.inputs[$0] }.first
    let variables = step.variables.filter { decides($0.key) }
    let ofTools = variables.filter { Self.isSecret($0.key) }.compactMap { variable -> String? in
      if case .stored(let name) = variable.value.content { name } else { nil }
    }.sorted()
    let credential: PublishingUse.Credential =
      if let secret = stored.first ?? ofTools.first { .stored(secret) } else if isMade { .made } else { .identity }
    return use(
      name, credential, place: step.place, destination: destination.map { $0.text ?? "$" },
      among: registries.filter { $0.registry.capabilities.tools.parts.contains(part) }, step, job)
  }

  /// Whether a variable is one that the tools publish by.
  private func decides(_ variable: String) -> Bool {
    tools.tools.contains { tool in registries.contains { tool.decides(variable, for: $0.name) } }
  }

  private static func isSecret(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["token", "password", "auth", "secret", "key"].contains { name.contains($0) }
  }

  // MARK: Scripts

  private struct State {
    let job: JobSurvey
    var variables: [String: JobValue] = [:]
    /// The variables that the script has set.
    var set: [String: String] = [:]
    /// What is stored and was put into lines so far.
    var stored: [String] = []
    /// The credentials that tools were given to keep, by the tool.
    var kept: [String: String] = [:]
    /// What a file was given that tools read credentials from.
    var keptInFile: String?
    /// The part before that exchanged the job's identity for a credential.
    var exchange: String?
  }

  /// Lines that a backslash joins are one.
  private static func joined(_ lines: [JobStep.Line]) -> [JobStep.Line] {
    var joined: [JobStep.Line] = []
    var isOpen = false
    for line in lines {
      let ends = line.text.reversed().drop { $0 == " " }.first == "\\"
      if isOpen, let last = joined.popLast() {
        joined.append(
          JobStep.Line("\(last.text)\n\(line.text)", at: last.place, stored: last.stored + line.stored))
      } else {
        joined.append(line)
      }
      isOpen = ends
    }
    return joined
  }

  private static let keywords: Set<String> = ["if", "then", "else", "elif", "do", "while", "until", "!", "{", "exec"]

  private func uses(_ line: JobStep.Line, _ step: JobStep, _ state: inout State) -> [PublishingUse] {
    var uses: [PublishingUse] = []
    if tools.credentialFiles.contains(where: line.text.contains), let secret = line.stored.first ?? state.stored.last {
      state.keptInFile = secret
    }
    for words in ShellWords(line.text).commands {
      var words = Array(words.map(\.text).drop { Self.keywords.contains($0) })
      let isExport = words.first == "export"
      if isExport { words.removeFirst() }
      var own: [String: String] = [:]
      while let first = words.first, let equals = first.firstIndex(of: "="),
        VariableName.isValid(String(first[..<equals]))
      {
        own[String(first[..<equals])] = String(first[first.index(after: equals)...])
        words.removeFirst()
      }
      if words.isEmpty || isExport {
        state.set.merge(own) { _, new in new }
        continue
      }
      if let use = broker(words, line, step, state) {
        uses.append(use)
      } else if let found = ClientRecognition(words, tools), !ClientArguments(found).isDryRun {
        uses.append(client(found, own, line, step, state))
      } else if let name = tools.tools.first(where: { $0.name == tools.name(words[0]) })?.name,
        let secret = line.stored.first ?? stored(in: words, state)
      {
        // `TOOL config NAME SECRET` keeps a credential for later.
        state.kept[name] = secret
      }
    }
    return uses
  }

  /// The secret that a word of a command names.
  private func stored(in words: [String], _ state: State) -> String? {
    words.lazy.compactMap { word -> String? in
      if case .stored(let name) = value(word, state).content { name } else { nil }
    }.first
  }

  /// What a word of a script means.
  private func value(_ word: String, _ state: State, depth: Int = 0) -> JobValue {
    let nowhere = state.job.place
    guard word.contains("$") else { return JobValue(.text(word), at: nowhere) }
    if word.contains("${{") {
      return JobValue(state.stored.last { word.contains($0) }.map { .stored($0) } ?? .unknown, at: nowhere)
    }
    let name = String(word.drop { $0 == "$" || $0 == "{" }.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
    guard depth < 8, ["$\(name)", "${\(name)}"].contains(word) else { return JobValue(.unknown, at: nowhere) }
    if let set = state.set[name], set != word { return value(set, state, depth: depth + 1) }
    if let given = state.variables[name] { return given }
    if state.job.tokens?.contains(where: { $0.variable == name }) == true { return JobValue(.made, at: nowhere) }
    if runner?.sets(name) == true { return JobValue(.made, at: nowhere) }
    return JobValue(state.job.storesVariables ? .stored(name) : .unknown, at: nowhere)
  }

  /// `token-broker exec TARGET... -- COMMAND`, by itself or behind what runs programs.
  private func broker(
    _ words: [String], _ line: JobStep.Line, _ step: JobStep, _ state: State
  ) -> PublishingUse? {
    guard let index = words.firstIndex(where: { ToolRunner.name($0) == "token-broker" }), index + 1 < words.count,
      ["exec", "mint"].contains(words[index + 1]),
      index == 0 || tools.step(in: words, at: 0) != nil || ["sudo"].contains(words[0])
    else { return nil }
    var targets: [String] = []
    var rest = words[(index + 2)...]
    while let word = rest.popFirst(), word != "--" {
      guard word.hasPrefix("-") else {
        targets.append(word)
        continue
      }
      if valueOptions.contains(word) { _ = rest.popFirst() }
    }
    let names = targets.map { value($0, state).text ?? "" }
    return made("token-broker", .broker, names.joined(separator: " "), step, state.job, place: line.place)
  }

  private func made(
    _ tool: String, _ credential: PublishingUse.Credential, _ targets: String, _ step: JobStep, _ job: JobSurvey,
    place: FilePlace? = nil
  ) -> PublishingUse {
    var found: [String] = []
    var wrong: String?
    for name in targets.split(separator: " ").map(String.init) {
      if let names = named(name) { found += names } else { wrong = name }
    }
    return PublishingUse(
      job: job, step: step, place: place ?? step.place, tool: tool, credential: credential, targets: found,
      wrongTarget: wrong)
  }

  private func client(
    _ found: ClientRecognition, _ own: [String: String], _ line: JobStep.Line, _ step: JobStep, _ outer: State
  ) -> PublishingUse {
    var state = outer
    state.set.merge(own) { _, new in new }
    func variable(_ name: String) -> JobValue? {
      state.set[name].map { value($0, state) } ?? state.variables[name]
    }
    let tool = found.client
    var credential: PublishingUse.Credential?
    var destination: String?
    func take(_ value: JobValue) {
      switch value.content {
      case .stored(let name): credential = .stored(name)
      case .made where credential == nil: credential = .made
      case .unknown where credential == nil: credential = .unknown
      default: break
      }
    }
    for option in tool.guardedOptions {
      for index in (found.subcommand + 1)..<max(found.subcommand + 1, found.command.endIndex) {
        guard let (_, attached) = tool.syntax.match(found.command[index], option.names) else { continue }
        let next = index + 1 < found.command.endIndex ? found.command[index + 1] : nil
        guard let word = attached ?? next else { continue }
        switch option.kind {
        case .address, .name, .registry: destination = value(word, state).text ?? word
        case .credential: take(value(word, state))
        case .settings: break
        }
      }
    }
    let names = Set(state.set.keys).union(state.variables.keys).filter { name in
      registries.contains { tool.decides(name, for: $0.name) }
    }
    for name in names.sorted() {
      guard let value = variable(name) else { continue }
      if Self.isSecret(name) {
        take(value)
      } else if destination == nil, ["URL", "REPO", "REPOSITORY", "INDEX"].contains(where: name.hasSuffix) {
        destination = value.text ?? "$"
      }
    }
    if credential == nil || credential == .unknown,
      let kept = state.kept[tool.name] ?? state.keptInFile ?? line.stored.first
    {
      credential = .stored(kept)
    }
    // A part of the registry's own made it: that is the job's identity.
    if let exchange = state.exchange, credential == .made || (credential == nil && !tool.exchangesIdentity) {
      return use(
        exchange, .identity, place: line.place, destination: destination, among: takers(of: tool), step, state.job)
    }
    let usual: PublishingUse.Credential =
      switch state.job.identity {
      case _ where !tool.exchangesIdentity: state.job.storesVariables ? .stored(tool.credentialVariable) : .unknown
      case .known(false, _) where state.job.storesVariables: .stored(nil)
      case .unknown: .unknown
      default: .identity
      }
    return use(
      tool.name, credential ?? usual, place: line.place, destination: destination, among: takers(of: tool), step,
      state.job)
  }

  /// The registries that a tool publishes to.
  private func takers(of tool: PublishingTool) -> [Target] {
    registries.filter { $0.registry.capabilities.tools.tools.contains(tool) }
  }

  // MARK: Destinations

  private func use(
    _ tool: String, _ credential: PublishingUse.Credential, place: FilePlace, destination: String?,
    among registries: [Target], _ step: JobStep, _ job: JobSurvey
  ) -> PublishingUse {
    let (targets, wrong) = self.targets(destination, among: registries)
    return PublishingUse(
      job: job, step: step, place: place, tool: tool, credential: credential, targets: targets, wrongTarget: wrong)
  }

  /// The registry that tools mean if they are told none.
  private var usual: Target? { Self.usual(registries) }

  private static func usual(_ registries: [Target]) -> Target? {
    registries.first { $0.registry.capabilities.refusals?.isUsual == true } ?? registries.first
  }

  /// Whether a text has a variable of the runner in it: what it names belongs to the provider.
  private func namesRunner(_ text: String) -> Bool {
    text.split(separator: "$").contains { part in
      runner?.sets(String(part.drop { $0 == "{" }.prefix { $0.isLetter || $0.isNumber || $0 == "_" })) == true
    }
  }

  /// The registry that a destination means; without one, the usual registry.
  ///
  /// A place of another kind is named as it is.
  private func targets(_ destination: String?, among registries: [Target]) -> (found: [String], wrong: String?) {
    guard let destination, !destination.isEmpty else { return (Self.usual(registries).map { [$0.name] } ?? [], nil) }
    if destination.contains("://") {
      let found = registries.first { target in
        [target.registry.home.host.description, target.registry.uploadURL.origin.host.description].contains {
          destination.contains("://\($0)/") || destination.hasSuffix("://\($0)") || destination.contains("://\($0):")
        }
      }
      return found.map { ([$0.name], nil) } ?? ([], destination)
    }
    guard !destination.contains("$") else { return ([], namesRunner(destination) ? destination : nil) }
    let plain = destination.lowercased().filter { $0.isLetter || $0.isNumber }
    let found = registries.first { $0.name.filter { $0.isLetter || $0.isNumber } == plain }
    return found.map { ([$0.name], nil) } ?? ([], destination)
  }
}
