import BrokerCore

extension WorkflowReader {
  /// Reads `.github/workflows`, the reusable workflows of the repository and its composite actions.
  static let gitHub = WorkflowReader { request in
    var survey = GitHubSurvey(request)
    survey.read()
    return survey.result
  }
}

/// One pass over the workflows of a checkout.
private struct GitHubSurvey {
  private let request: WorkflowReader.Request
  private let owner: String?
  private var workflows: [String: GitHubWorkflow] = [:]
  /// The workflows that others of the checkout call.
  private var called: Set<String> = []
  private(set) var result = WorkflowSurvey()

  /// So many workflows are read at most.
  private static let maximumFiles = 256

  init(_ request: WorkflowReader.Request) {
    self.request = request
    owner = request.repository?.split(separator: "/").first.map(String.init)
  }

  mutating func read() {
    let names = request.files.names(in: GitHubWorkflow.folder).filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }
    for name in names.prefix(Self.maximumFiles) { load("\(GitHubWorkflow.folder)/\(name)") }
    if names.count > Self.maximumFiles {
      result.findings.append(
        WorkflowFinding(
          "too-many-files", .unknown, at: FilePlace(GitHubWorkflow.folder, line: 1),
          "There are \(names.count) workflows, of which \(Self.maximumFiles) were read."))
    }
    let ordered = result.files.compactMap { workflows[$0] }
    for workflow in ordered {
      for job in workflow.jobs {
        if let path = own(job.value.mapping?["uses"]?.text ?? "") { called.insert(path) }
      }
    }
    for workflow in ordered {
      let events = GitHubEvents(of: workflow, repository: request.repository)
      guard !events.isUnread else {
        result.findings.append(
          WorkflowFinding(
            "workflow-unread", .unknown, at: FilePlace(workflow.path, line: 1),
            "\(Neutralized(workflow.path)) names no event that starts it in a way that is read here."))
        continue
      }
      var runs = events.runs
      // No file here calls it; another repository may.
      if events.call != nil, runs.isEmpty, !called.contains(workflow.path) {
        runs = [
          GitHubEvents.Run(
            occasion: JobOccasion("workflow_call", from: .chosen, isCertain: false), known: .init(values: [:]))
        ]
      }
      guard !runs.isEmpty else { continue }
      read(workflow, Start(started: workflow, runs: runs), GitHubValues(path: workflow.path))
    }
  }

  private mutating func load(_ path: String) {
    guard workflows[path] == nil else { return }
    func refuse(_ kind: WorkflowFinding.Kind, _ line: Int, _ text: Message, _ fix: Message? = nil) {
      result.findings.append(WorkflowFinding("workflow-unread", kind, at: FilePlace(path, line: line), text, fix: fix))
    }
    do throws(BrokerError) {
      guard let bytes = try request.files.read(path) else { return }
      result.files.append(path)
      let workflow: GitHubWorkflow
      do throws(SyntaxError) { workflow = try GitHubWorkflow(path: path, bytes: bytes) } catch {
        switch error.reason {
        case .syntax, .unknownAnchor, .notUTF8:
          refuse(
            .fix, error.position.line,
            "\(Neutralized(path)), \(error.position): \(error.summary); GitHub starts no job of such a file.",
            "Correct the file at this place.")
        default:
          refuse(.unknown, error.position.line, "\(Neutralized(path)), \(error.position): \(error.summary).")
        }
        return
      }
      guard workflow.root.members.contains(where: { $0.name == "jobs" || $0.name == "on" }) else {
        return refuse(.unknown, 1, "\(Neutralized(path)) is no workflow that is read here: it has no jobs.")
      }
      workflows[path] = workflow
      result.findings += Self.refusedKeys(of: workflow)
    } catch {
      refuse(.unknown, 1, error.message)
    }
  }

  /// GitHub refuses a file with a key twice, and takes `<<` for a key of its own.
  private static func refusedKeys(of workflow: GitHubWorkflow) -> [WorkflowFinding] {
    var findings: [WorkflowFinding] = []
    func look(_ mapping: YAMLMapping?) {
      guard let mapping else { return }
      for member in mapping.repeated {
        findings.append(
          WorkflowFinding(
            "key-twice", .fix, at: workflow.place(member.position),
            "The key \(Neutralized.quoted(member.name, limit: 60)) stands there twice; GitHub starts no job of such a file.",
            fix: "Keep one of them."))
      }
      if let merge = mapping.member("<<"), mapping.merges {
        findings.append(
          WorkflowFinding(
            "merge-key", .fix, at: workflow.place(merge.position),
            "GitHub Actions reads anchors and aliases, and no merge keys: it starts no job of such a file.",
            fix: "Write out what \"<<\" stands for."))
      }
    }
    look(workflow.root)
    for key in ["on", "permissions", "env", "jobs"] { look(workflow.root[key]?.mapping) }
    for job in workflow.jobs {
      look(job.value.mapping)
      for key in ["permissions", "env", "with"] { look(job.value.mapping?[key]?.mapping) }
      for step in job.value.mapping?["steps"]?.sequence ?? [] {
        look(step.mapping)
        for key in ["env", "with"] { look(step.mapping?[key]?.mapping) }
      }
    }
    return findings
  }

  // MARK: Jobs

  /// What starts the jobs of a file.
  private struct Start {
    /// The workflow that was started.
    let started: GitHubWorkflow
    let runs: [GitHubEvents.Run]
    /// The permission of the job that calls this file, and that job's place; nil where nothing calls.
    var caller: (permission: GitHubWorkflow.Permission, place: FilePlace)?
    var depth = 0
  }

  private mutating func read(_ workflow: GitHubWorkflow, _ start: Start, _ values: GitHubValues) {
    let values = values.with(workflow.root["env"])
    for member in workflow.jobs {
      guard let job = member.value.mapping else { continue }
      let runs = Self.runs(of: member.name, in: workflow, start.runs)
      if let uses = job.member("uses") {
        call(uses, member, job, workflow, start, runs, values)
      } else {
        read(job, member, workflow, start, runs, values)
      }
    }
  }

  /// When a job runs: under its condition, and under those of the jobs that it needs.
  private static func runs(
    of name: String, in workflow: GitHubWorkflow, _ runs: [GitHubEvents.Run], depth: Int = 0
  ) -> [GitHubEvents.Run] {
    guard depth < 16, let job = workflow.job(name) else { return runs }
    let condition = job["if"]?.text
    var left = runs.compactMap { $0.under(condition) }
    if let condition, GitHubExpression.asksForState(condition) { return left }
    let needs = job["needs"]?.text.map { [$0] } ?? job["needs"]?.sequence?.compactMap(\.text) ?? []
    for needed in needs.prefix(32) where needed != name {
      left = Self.runs(of: needed, in: workflow, left, depth: depth + 1)
    }
    return left
  }

  private mutating func read(
    _ job: YAMLMapping, _ member: YAMLMapping.Member, _ workflow: GitHubWorkflow, _ start: Start,
    _ runs: [GitHubEvents.Run], _ values: GitHubValues
  ) {
    let values = values.with(job["env"])
    let place = workflow.place(member.position)
    var survey = JobSurvey(member.name, at: place, startedFile: start.started.path)
    survey.fields[.workflow] = .known(workflow.name, place)
    survey.fields[.callingWorkflow] = .known(start.started.name, place)
    if start.depth > 0, let repository = request.repository { survey.calledFile = "\(repository)/\(workflow.path)" }
    survey.environment = values.environment(job["environment"])
    survey.isHosted = Self.isHosted(job["runs-on"], workflow)
    let (identity, finding) = Self.identity(of: member.name, in: workflow, start)
    survey.identity = identity
    survey.findings = [finding].compactMap(\.self)
    var steps = GitHubSteps(
      files: request.files, owner: owner,
      folder: [job, workflow.root].lazy.compactMap {
        $0["defaults"]?.mapping?["run"]?.mapping?["working-directory"]?.text
      }
      .first)
    steps.read(job["steps"]?.sequence ?? [], values, runs: runs)
    survey.steps = steps.steps
    if identity.value == true || identity.isUnknown { survey.findings += steps.findings }
    if case .known(true, let granted) = identity, workflow.root["permissions"]?.text == "write-all",
      job["permissions"] == nil
    {
      survey.findings.append(
        WorkflowFinding(
          "permission-broad", .note, .identity, at: granted,
          "write-all gives the job every permission; it needs contents: read and id-token: write."))
    }
    result.jobs.append(survey)
  }

  /// By the labels that GitHub's own runners have; others are names that an organisation chose.
  private static func isHosted(_ node: YAMLNode?, _ workflow: GitHubWorkflow) -> Reading<Bool> {
    guard let node else { return .absent }
    let place = workflow.place(node.position)
    let labels = node.text.map { [$0] } ?? node.sequence?.compactMap(\.text) ?? []
    if labels.contains("self-hosted") { return .known(false, place) }
    let isUsual = labels.count == 1 && ["ubuntu-", "windows-", "macos-"].contains(where: labels[0].hasPrefix)
    return isUsual && !labels[0].contains("${{")
      ? .known(true, place) : .unknown("a label of the organisation's own", place)
  }

  private static func identity(
    of job: String, in workflow: GitHubWorkflow, _ start: Start
  ) -> (Reading<Bool>, WorkflowFinding?) {
    let place =
      workflow.job(job).flatMap { _ in workflow.jobs.last { $0.name == job } }.map { workflow.place($0.position) }
      ?? FilePlace(workflow.path, line: 1)
    func missing(_ text: Message, at place: FilePlace) -> (Reading<Bool>, WorkflowFinding?) {
      (
        .known(false, place),
        WorkflowFinding(
          "permission-missing", .fix, .identity, at: place, text,
          fix: "Give the job \"permissions: { contents: read, id-token: write }\".")
      )
    }
    func unknown(_ line: Int) -> (Reading<Bool>, WorkflowFinding?) {
      let place = FilePlace(workflow.path, line: line)
      return (
        .unknown("an expression", place),
        WorkflowFinding(
          "permission-unknown", .unknown, .identity, at: place,
          "Whether the job has id-token: write is decided elsewhere.")
      )
    }
    let own = workflow.permission(of: job)
    let name = Neutralized.quoted(job, limit: 60)
    switch (own, start.caller) {
    case (.unknown(let line), _): return unknown(line)
    case (.replaced(let line), _):
      return missing(
        "The job \(name) has a permissions block of its own without id-token: write; it replaces the workflow's.",
        at: FilePlace(workflow.path, line: line))
    case (.missing, nil):
      return missing("The job \(name) has no id-token: write, so that it gets no identity token.", at: place)
    case (.granted(let line), nil): return (.known(true, FilePlace(workflow.path, line: line)), nil)
    case (_, .some(let caller)):
      // What the called file says nothing about is the caller's.
      if own == .missing, workflow.root["permissions"] != nil {
        return missing("The job \(name) has no id-token: write, so that it gets no identity token.", at: place)
      }
      switch caller.permission {
      case .granted:
        if case .granted(let line) = own { return (.known(true, FilePlace(workflow.path, line: line)), nil) }
        return (.known(true, caller.place), nil)
      case .unknown: return unknown(place.line)
      case .missing, .replaced:
        return missing(
          "The job that calls \(Neutralized(workflow.path)) has no id-token: write, and a called workflow cannot have more than "
            + "its caller.", at: caller.place)
      }
    }
  }

  // MARK: Calls

  private mutating func call(
    _ uses: YAMLMapping.Member, _ member: YAMLMapping.Member, _ job: YAMLMapping, _ workflow: GitHubWorkflow,
    _ start: Start, _ runs: [GitHubEvents.Run], _ values: GitHubValues
  ) {
    let target = uses.value.text ?? ""
    let place = workflow.place(uses.position)
    var permission = workflow.permission(of: member.name)
    if permission == .missing, let caller = start.caller, workflow.root["permissions"] == nil {
      permission = caller.permission
    }
    if let path = own(target), start.depth < 10 {
      load(path)
      if let next = workflows[path] {
        guard !runs.isEmpty else { return }
        var inner = GitHubValues(path: path, secrets: secrets(job["secrets"], values))
        let inputs = GitHubEvents(of: next, repository: nil).call?.mapping?["inputs"]?.mapping?.members ?? []
        let given = values.values(job["with"])
        for input in inputs {
          let usual = input.value.mapping?["default"].map { JobValue(.text($0.text ?? ""), at: place) }
          inner.inputs[input.name.lowercased()] =
            given.first { $0.key.lowercased() == input.name.lowercased() }?.value ?? usual
            ?? JobValue(.text(""), at: place)
        }
        read(
          next,
          Start(
            started: start.started, runs: runs, caller: (permission, workflow.place(member.position)),
            depth: start.depth + 1), inner)
        return
      }
    }
    var survey = JobSurvey(member.name, at: workflow.place(member.position), startedFile: start.started.path)
    survey.environment = .unknown("a workflow that is not read here", place)
    switch permission {
    case .granted(let line): survey.identity = .known(true, FilePlace(workflow.path, line: line))
    case .replaced, .missing: survey.identity = .known(false, place)
    case .unknown(let line): survey.identity = .unknown("an expression", FilePlace(workflow.path, line: line))
    }
    if target.hasPrefix("./") || target.contains("${{") || own(target) != nil {
      survey.steps = [
        JobStep(.unknown("a workflow that is not in the checkout"), at: place, occasions: runs.map(\.occasion))
      ]
    } else {
      survey.calledFile = target
      survey.steps = [
        JobStep(
          .called(target), at: place, inputs: values.values(job["with"]).merging(values.values(job["secrets"])) { $1 },
          occasions: runs.map(\.occasion))
      ]
    }
    result.jobs.append(survey)
  }

  /// The path of a workflow of this repository; nil for one of another.
  private func own(_ uses: String) -> String? {
    if uses.hasPrefix("./") { return String(uses.dropFirst(2).prefix { $0 != "@" }) }
    guard let repository = request.repository, uses.lowercased().hasPrefix("\(repository)/".lowercased()) else {
      return nil
    }
    return String(uses.dropFirst(repository.count + 1).prefix { $0 != "@" })
  }

  private func secrets(_ node: YAMLNode?, _ values: GitHubValues) -> [String: JobValue]? {
    if node?.text == "inherit" { return values.secrets }
    var secrets: [String: JobValue] = [:]
    for (name, value) in values.values(node) { secrets[name.lowercased()] = value }
    return secrets
  }
}
