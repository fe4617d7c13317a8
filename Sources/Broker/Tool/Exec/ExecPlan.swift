import BrokerCore
import BrokerSystem

/// What a run of `exec` will do: pure, and complete before the first identity token is asked for.
struct ExecPlan: Sendable {
  /// A command for a target.
  struct Step: Sendable {
    /// The target.
    private(set) var target: Target
    /// The command and its arguments, placeholders replaced.
    let command: [String]
    /// What is added behind the subcommand: the option that names the target, and those that show why it refuses.
    let added: [String]
    /// The tool that was found in the command; nil if none was.
    let recognised: ClientRecognition?
    /// What is done, by what the registry has already.
    fileprivate(set) var decision = ReleaseDecision.publish
    /// The projects, as the registry compares them, that it does not know: their files go first.
    fileprivate(set) var newProjects: Set<String> = []
    /// The SHA-256 of packages that are there with other contents than what lies here, by their files' names.
    fileprivate(set) var digests: [String: String] = [:]
    /// The audience that identity tokens are made out to; nil until it was checked.
    fileprivate(set) var audience: Audience?

    fileprivate mutating func judge(alsoFor others: [Target]) { target = target.judged(alsoFor: others) }
  }

  /// A command that is run with a credential.
  struct FileCommand: Sendable, Equatable {
    /// The command and its arguments.
    let words: [String]
    /// The distribution files that it names.
    let files: [DistributionFile]
    /// The projects of what it publishes.
    let projects: Narrowing.Projects
  }

  /// The commands, in order.
  private(set) var steps: [Step]
  /// The publishing tools whose variables are set.
  let clients: [PublishingTool]
  /// The publishing tools that all targets take.
  let tools: PublishingTools
  /// What the command names to be published.
  private(set) var files: CommandFiles

  /// Whether the files are signed before they are published.
  let isAttested: Bool
  /// Whether the command is run once for each file.
  let isPerFile: Bool

  /// Plans the commands for targets.
  ///
  /// - Throws: `ErrorCode.usage` if the publishing tool is not known, or a word of the command leads elsewhere than to a
  ///   target.
  init(_ options: ExecOptions, targets: [Target], in environment: Environment) throws(BrokerError) {
    let declared = targets.map(\.registry.capabilities.tools)
    let tools = PublishingTools.common(to: declared)
    // A registry that says itself which variables a command gets need not know the command.
    let isTold = targets.allSatisfy { !$0.registry.capabilities.variables.isEmpty }
    let clients = try Self.clients(
      options, tools, recognised: ClientRecognition(options.command, tools)?.client, isTold: isTold)
    let wanted = PublishingTools(clients, interpreters: tools.interpreters)
    // Behind a program that is not known, the tool is looked for where the command line says that there is one.
    func recognise(_ command: [String]) -> ClientRecognition? {
      ClientRecognition(command, tools) ?? (options.client == nil ? nil : ClientRecognition(command, among: wanted))
    }
    self.clients = clients
    self.tools = tools
    for target in targets { try Self.check(options.environment, of: clients, for: target.name) }
    let formats = targets.compactMap(\.registry.capabilities.distributions)
    files = CommandFiles(
      options.command, recognise(options.command), tools.files, in: environment, projects: tools.projects
    ) { path in
      formats.lazy.compactMap { $0.name(of: path) }.first.map { "\($0.project) \($0.version)" }
    }
    isPerFile = options.isPerFile
    isAttested = options.isAttested
    let isSurveyed = clients.count == 1 && clients[0].survey != nil
    guard !isPerFile || isSurveyed || (!files.files.isEmpty && files.isSelectable) else {
      throw BrokerError(
        .usage, "--per-file runs the command once for each distribution file, and it names none that is there.",
        remedy: tools.files.endings.isEmpty
          ? "Leave --per-file out: the targets do not say how their files are called."
          : "Name the files, for example dist/*: names that end in \(Neutralized(PublishingTools.choice(tools.files.endings))) count."
      )
    }
    var steps: [Step] = []
    for var target in targets {
      target.likelyProject =
        options.command.dropFirst().lazy.compactMap { [format = target.registry.capabilities.distributions] in
          format?.name(of: $0)?.project
        }.first
      let command = CommandPlaceholders.replaced(
        in: options.command, registry: target.name, url: target.registry.uploadURL)
      guard let found = recognise(command) else {
        // A tool that not all targets take is given no variables; where it publishes to is judged all the same.
        for found in declared.compactMap({ ClientRecognition(command, $0) }) {
          try ClientArguments(found).judge(for: target.name, uploadURL: target.registry.uploadURL)
        }
        steps.append(Step(target: target, command: command, added: [], recognised: nil))
        continue
      }
      let arguments = ClientArguments(found)
      try arguments.judge(for: target.name, uploadURL: target.registry.uploadURL)
      steps.append(
        Step(
          target: target, command: command,
          added: arguments.address(for: target.name, uploadURL: target.registry.uploadURL)
            + arguments.answer(from: target.registry.capabilities.refusals)
            + (options.isAttested ? arguments.attestation : []), recognised: found))
    }
    self.steps = steps
  }

  /// The same, with the packages that the tool said it makes and publishes.
  ///
  /// - Throws: `ErrorCode.releaseRefused` if it, or a registry, will not publish one of them; `ErrorCode.nothingToPublish` if
  ///   there is none; `ErrorCode.usage` if they are to be published one by one and are not known.
  func surveyed(_ answer: PackageSurvey.Answer, by client: String) throws(BrokerError) -> ExecPlan {
    if let first = answer.objections.first {
      throw BrokerError(
        .releaseRefused,
        "\(Neutralized(client)) does not publish \(Neutralized.quoted(first.package)) here: \(first.reason)",
        remedy: "\(first.remedy) Nothing was published.",
        facts: answer.objections.dropFirst().map {
          BrokerError.Fact("\(Neutralized($0.package, limit: 120))", $0.reason)
        })
    }
    guard answer.unknown != nil || !answer.packages.isEmpty else {
      throw BrokerError(
        .nothingToPublish, "\(Neutralized(client)) publishes no package with these words.",
        remedy: "Name a package, or look which of them are kept from being published.")
    }
    var plan = self
    plan.files = files.surveyed(answer)
    guard !isPerFile || !plan.files.files.isEmpty else {
      throw BrokerError(
        .usage, "--per-file runs the command once for each package, and which there are is not known.",
        remedy: "Leave --per-file out.")
    }
    return plan
  }

  /// How the tool says which packages it makes; nil if it publishes files that are there.
  var survey: (survey: PackageSurvey, recognised: ClientRecognition, target: Target)? {
    guard let step = steps.first, let recognised = step.recognised, let survey = recognised.client.survey,
      recognised.folder != nil
    else { return nil }
    return (survey, recognised, step.target)
  }

  /// Whether the tool is told to publish nothing: what is signed stands in a public log for good.
  var isDryRun: Bool { steps.contains { $0.recognised.map { ClientArguments($0).isDryRun } ?? false } }

  /// The files that have to be published somewhere.
  var filesLeft: [DistributionFile] {
    files.files.filter { file in
      steps.contains { step in
        switch step.decision {
        case .alreadyPublished: false
        case .publish: true
        case .publishRest(let published): !published.contains(file.name)
        }
      }
    }
  }

  /// This plan, with attestations of these files.
  func attested(_ attested: [DistributionFile]) -> ExecPlan {
    var plan = self
    plan.files = files.attested(attested)
    return plan
  }

  /// Whether the tools of all steps send attestations, and the files are known.
  ///
  /// - Throws: `ErrorCode.usage` if not.
  func checkAttestable() throws(BrokerError) {
    for step in steps where step.recognised.map({ $0.client.attestations == .unsent }) ?? true {
      let able = tools.tools.filter { $0.attestations != .unsent }.map(\.name)
      let name: Message = step.recognised.map { "\(Neutralized($0.client.name))" } ?? "The command"
      throw BrokerError(
        .usage, "\(name) is not known to send attestations.",
        remedy: able.isEmpty
          ? "Leave --attest out." : "Leave --attest out, or publish with \(Neutralized(PublishingTools.choice(able))).")
    }
    guard !files.files.isEmpty else {
      throw BrokerError(
        .usage, "--attest signs the files that the command names, and it names none that is there.",
        remedy: "Name the files, for example dist/*.")
    }
  }

  /// This plan, with what is done for each target, by its name.
  func decided(_ outlooks: [String: ReleaseOutlook]) -> ExecPlan {
    var plan = self
    for index in plan.steps.indices {
      guard let outlook = outlooks[steps[index].target.name] else { continue }
      plan.steps[index].decision = outlook.decision
      plan.steps[index].newProjects = outlook.newProjects
      plan.steps[index].digests = outlook.digests
    }
    return plan
  }

  /// This plan, with the audiences of the targets that are published to; before the first identity token is sent, the job
  /// is judged for all of them.
  func ready(for targets: [Target], _ audiences: [Audience]) -> ExecPlan {
    var plan = self
    for (target, audience) in zip(targets, audiences) {
      guard let index = steps.firstIndex(where: { $0.target.name == target.name }) else { continue }
      plan.steps[index].audience = audience
      if target.name == targets.first?.name { plan.steps[index].judge(alsoFor: targets) }
    }
    return plan
  }

  /// Refuses what can be known beforehand of credentials that cannot be narrowed as they have to be.
  ///
  /// - Throws: `ErrorCode.narrowingRequired`, or `ErrorCode.usage` for a life that cannot be set.
  func checkNarrowing(life: Int64?) throws(BrokerError) {
    for step in steps where step.decision != .alreadyPublished {
      for command in commands(for: step) {
        var narrowing = step.target.narrowing
        (narrowing.projects, narrowing.life) = (command.projects, life)
        try narrowing.check(for: step.target.registry)
      }
    }
  }

  /// The commands of a step, by what is decided about it.
  func commands(for step: Step) -> [FileCommand] {
    switch step.decision {
    case .alreadyPublished: []
    case .publish: commands(for: step, passingOver: [])
    case .publishRest(let published): commands(for: step, passingOver: published)
    }
  }

  /// The commands of a step.
  ///
  /// - Parameters:
  ///   - step: The step.
  ///   - published: The names of files that are left out.
  /// - Returns: One command, and one before it for projects that the registry does not know: whether these can be made is
  ///   known before anything else is published, in whatever order the tool takes its files. With `--per-file`, one for each
  ///   file, and one for what else the command names. None if nothing is left to publish: a tool that is given no file may
  ///   choose some by itself.
  func commands(for step: Step, passingOver published: Set<String>) -> [FileCommand] {
    // A tool that takes no names publishes all, and the registry passes over what it has.
    guard files.isSelectable else { return [command(of: step, files.files, files.others)] }
    let left = files.files.filter { !published.contains($0.name) }
    guard !left.isEmpty || !files.others.isEmpty || files.files.isEmpty else { return [] }
    let format = step.target.registry.capabilities.distributions
    let new = left.filter { format?.name(of: $0.path).map { step.newProjects.contains($0.project) } ?? false }
    let known = left.filter { !new.contains($0) }
    if isPerFile {
      let rest = files.others.isEmpty ? [] : [command(of: step, [], files.others)]
      return (new + known).map { command(of: step, [$0], []) } + rest
    }
    guard !new.isEmpty, !known.isEmpty || !files.others.isEmpty else { return [command(of: step, left, files.others)] }
    return [command(of: step, new, []), command(of: step, known, files.others)]
  }

  /// The command of a step with some of its files and what belongs to these, and with some of its other operands.
  private func command(of step: Step, _ kept: [DistributionFile], _ others: [Int]) -> FileCommand {
    let keptWords = Set(kept.flatMap(\.words) + others)
    let dropped = Set(files.files.flatMap(\.words) + files.others).subtracting(keptWords)
    func texts(_ file: DistributionFile) -> [String] {
      (file.words.isEmpty ? [file.path] + file.companions : file.words.map { step.command[$0] })
        + attestation(of: file, in: step)
    }
    var words: [String] = []
    for (index, word) in step.command.enumerated() {
      guard !dropped.contains(index) else { continue }
      let group = files.files.filter { $0.group == index }
      let keptGroup = group.filter(kept.contains)
      // A pattern may not stand for an attestation that has just been made.
      words += group.isEmpty || (group == keptGroup && !isAttested) ? [word] : keptGroup.flatMap(texts)
      if let file = kept.first(where: { $0.words.first == index }) { words += attestation(of: file, in: step) }
      // Before the tool's other words, of which some may be taken for files only.
      if index == step.recognised?.subcommand { words += step.added }
    }
    if let recognised = step.recognised, let survey = recognised.client.survey {
      if kept != files.files {
        let start = recognised.tool + 1
        words =
          Array(words[..<start])
          + survey.select(
            Array(words[start...]),
            kept.compactMap { file in
              step.target.registry.capabilities.distributions?.name(of: file.path)?.project
            })
      }
    } else if files.isChosen, files.isSelectable, kept != files.files {
      words += kept.flatMap(texts)
    }
    return FileCommand(
      words: words, files: kept,
      projects: files.projects(
        of: kept, others: others, in: step.command, by: step.target.registry.capabilities))
  }

  /// The attestation of a file, for a tool that has to be given it and is not.
  private func attestation(of file: DistributionFile, in step: Step) -> [String] {
    guard isAttested, file.isAttested, case .named? = step.recognised?.client.attestations,
      let ending = tools.files.attestationEnding
    else { return [] }
    let path = file.path + ending
    return file.words.contains { step.command[$0] == path } || file.companions.contains(path) ? [] : [path]
  }

  /// Refuses variables of `--env` that are a tool's own and would be given another value.
  private static func check(
    _ environment: [ToolVariable], of clients: [PublishingTool], for registry: String
  ) throws(BrokerError) {
    for template in environment {
      let name = template.name(for: registry)
      guard let client = clients.first(where: { $0.decides(name, for: registry) }),
        !client.variables.contains(where: { $0.name(for: registry) == name && $0.value == template.value })
      else { continue }
      throw BrokerError(
        .usage,
        "--env sets \(Neutralized(name, limit: 60)), a variable of \(Neutralized(client.name)) that is exec's to set.",
        remedy: "Leave it out: exec sets what \(Neutralized(client.name)) needs.")
    }
  }

  private static func clients(
    _ options: ExecOptions, _ tools: PublishingTools, recognised: PublishingTool?, isTold: Bool
  ) throws(BrokerError) -> [PublishingTool] {
    let names = (tools.names + ["all"]).joined(separator: ", ")
    guard let name = options.client else {
      if let recognised { return [recognised] }
      guard options.environment.isEmpty, !isTold else { return [] }
      throw BrokerError(
        .usage,
        "The publishing tool that \(Neutralized.quoted(options.command[0])) runs was not recognised.",
        remedy: tools.names.isEmpty
          ? "Write --env NAME={token}." : "Name it with --client (\(Neutralized(names))), or write --env NAME={token}.")
    }
    guard !tools.names.isEmpty else {
      throw BrokerError(
        .usage, "--client is \(Neutralized.quoted(name)), and no publishing tool is known for these targets.",
        remedy: "Leave --client out, and write --env NAME={token}.")
    }
    if name == "all" { return tools.tools }
    guard let client = tools.tools.first(where: { $0.name == name }) else {
      throw BrokerError(
        .usage, "There is no client \(Neutralized.quoted(name)).",
        remedy: NearestName.remedy(for: name, among: tools.names + ["all"]))
    }
    if let recognised, recognised.name != name {
      throw BrokerError(
        .usage, "The command runs \(Neutralized(recognised.name)), but --client is \(Neutralized(name)).",
        remedy: "Leave --client out.")
    }
    return [client]
  }
}
