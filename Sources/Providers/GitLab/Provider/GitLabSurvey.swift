import BrokerCore

extension WorkflowReader {
  /// Reads the pipeline file and those of the checkout that it includes.
  static let gitLab = WorkflowReader { request in
    GitLabSurvey(request).result
  }
}

/// One pass over the pipeline of a checkout.
private struct GitLabSurvey {
  /// What starts a pipeline that is a child of another.
  private struct Parent {
    let occasions: [JobOccasion]
    /// The variables that it hands on; they go before the child's own.
    let variables: [String: JobValue]
    let depth: Int
  }

  private let pipeline: GitLabPipeline
  private let file: String
  private let source: any CheckoutFiles
  private let parent: Parent?
  private(set) var result = WorkflowSurvey()

  /// GitLab's limit (docs.gitlab.com, "Downstream pipelines").
  private static let maximumDepth = 2

  init(_ request: WorkflowReader.Request) {
    // `FILE@GROUP/PROJECT` and an address are files of another place (docs.gitlab.com, "custom CI/CD configuration file").
    let file = request.startedFile ?? ".gitlab-ci.yml"
    self.init([file], in: request.files, startedFile: file, by: nil)
  }

  private init(_ paths: [String], in source: any CheckoutFiles, startedFile: String, by parent: Parent?) {
    (file, self.source, self.parent) = (startedFile, source, parent)
    pipeline = GitLabPipeline(paths, in: source)
    result.files = pipeline.files
    result.findings = pipeline.findings
    if pipeline.files.isEmpty, pipeline.findings.isEmpty {
      result.findings.append(
        WorkflowFinding(
          "pipeline-file-missing", .unknown, at: FilePlace(file, line: 1),
          "There is no \(Neutralized(file)): the project's settings may name another file, or there is no pipeline.",
          fix: "Say the file in \"expect\" as pipeline-file."))
    }
    for name in pipeline.jobs {
      guard let (job, isOpen) = pipeline.job(name), !readChild(of: job, isOpen: isOpen) else { continue }
      result.jobs.append(survey(name, job, isOpen: isOpen))
    }
    for (name, node) in pipeline.components { component(name, node) }
  }

  // MARK: Child pipelines

  /// Reads the pipeline that a job starts, if all of its files are in the checkout.
  ///
  /// - Returns: Whether it was read.
  private mutating func readChild(of job: GitLabNode, isOpen: Bool) -> Bool {
    let depth = (parent?.depth ?? 0) + 1
    guard depth <= Self.maximumDepth, let include = job["trigger"]?["include"] else { return false }
    var paths: [String] = []
    for element in include.elements {
      let name = element.text ?? (element.members?.count == 1 ? element["local"]?.text : nil)
      guard let name, !name.contains("$"), !name.contains("://"), !name.contains("*") else { return false }
      let path = String(name.drop { $0 == "/" })
      // A file is read once: one that starts itself has no end.
      guard !path.split(separator: "/").contains(".."), !result.files.contains(path) else { return false }
      paths.append(path)
    }
    let child = GitLabSurvey(
      paths, in: source, startedFile: file,
      by: Parent(occasions: occasions(of: job, isOpen: isOpen), variables: variables(of: job), depth: depth))
    guard !paths.isEmpty, paths.allSatisfy(child.result.files.contains) else { return false }
    result.jobs += child.result.jobs
    result.files += child.result.files
    result.findings += child.result.findings
    return true
  }

  private func occasions(of job: GitLabNode, isOpen: Bool) -> [JobOccasion] {
    guard let parent else { return GitLabOccasions(pipeline: pipeline).occasions(of: job, isOpen: isOpen) }
    return GitLabOccasions(pipeline: pipeline, runs: GitLabCondition.runs(ofChildrenOn: parent.occasions))
      .occasions(of: job, isOpen: isOpen)
  }

  // MARK: Jobs

  private func survey(_ name: String, _ job: GitLabNode, isOpen: Bool) -> JobSurvey {
    var survey = JobSurvey(name, at: pipeline.root?[name]?.place ?? job.place, startedFile: file)
    survey.storesVariables = true
    survey.fields[.pipelineFile] =
      parent == nil ? .known(file, job.place) : .unknown("a child pipeline", survey.place)
    if parent != nil {
      survey.findings.append(
        WorkflowFinding(
          "child-pipeline", .unknown, .identity, at: survey.place,
          "The job \(Neutralized.quoted(name, limit: 60)) runs in a child pipeline, whose identity tokens may name no pipeline file.",
          fix: "Publish from a job of the pipeline that is started."))
    }
    func value(_ key: String) -> GitLabNode? { job[key] ?? inherited(key, by: job) }
    let tokens = value("id_tokens").flatMap { pipeline.resolved($0) }
    let open: Message = "a part that is not in the checkout"
    survey.environment = environment(job["environment"], job, isOpen: isOpen, open)
    survey.isHosted = Self.isHosted(value("tags"))
    let quoted = Neutralized.quoted(name, limit: 60)
    if let entries = tokens?.members, !entries.isEmpty {
      survey.identity = .known(true, tokens?.place ?? job.place)
      survey.tokens = entries.map { ($0.name, Self.audience($0.value)) }
      for (name, entry) in entries where entry["aud"]?.node.sequence != nil {
        survey.findings.append(
          WorkflowFinding(
            "audience-list", .fix, .identity, at: entry["aud"]?.place ?? entry.place,
            "The audience of \(Neutralized(name, limit: 60)) is a list; the identity token then names several, which registries refuse.",
            fix: "Write one text, and one entry of id_tokens for each audience."))
      }
    } else if isOpen || (value("id_tokens") != nil && tokens == nil) {
      survey.identity = .unknown(open, survey.place)
      survey.findings.append(
        WorkflowFinding(
          "permission-unknown", .unknown, .identity, at: survey.place,
          "The job \(quoted) extends \(open), which may give it id_tokens."))
    } else {
      survey.identity = .known(false, survey.place)
      survey.tokens = []
      survey.findings.append(
        WorkflowFinding(
          "permission-missing", .fix, .identity, at: survey.place,
          "The job \(quoted) has no id_tokens, so that it gets no identity token.",
          fix: "Give the job id_tokens, with one entry for the audience of each registry."))
    }
    let occasions = occasions(of: job, isOpen: isOpen)
    let variables = variables(of: job)
    if job["trigger"] != nil {
      survey.steps = [JobStep(.unknown("another pipeline"), at: survey.place, occasions: occasions)]
      return survey
    }
    for key in ["before_script", "script", "after_script"] {
      let script = key == "script" ? job[key] : value(key)
      guard let script else {
        if key == "script", isOpen {
          survey.steps.append(JobStep(.unknown(open), at: survey.place, occasions: occasions))
        }
        continue
      }
      guard let elements = pipeline.elements(script) else {
        survey.steps.append(JobStep(.unknown(open), at: script.place, occasions: occasions))
        continue
      }
      let lines = elements.flatMap { element -> [JobStep.Line] in
        guard let scalar = element.node.scalar else { return [] }
        return scalar.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().map {
          JobStep.Line(String($1), at: FilePlace(element.place.path, line: scalar.line(of: $0)))
        }
      }
      survey.steps.append(
        JobStep(.script(lines), at: script.place, variables: variables, occasions: occasions))
    }
    return survey
  }

  /// What `default` or the top level gives a job (docs.gitlab.com, "inherit").
  private func inherited(_ key: String, by job: GitLabNode) -> GitLabNode? {
    let inherit = job["inherit"]?["default"]
    if inherit?.node.scalar?.boolean == false { return nil }
    if let list = inherit?.node.sequence, !list.contains(where: { $0.text == key }) { return nil }
    let isOfOld = ["before_script", "after_script", "image", "services", "cache"].contains(key)
    return pipeline.root?["default"]?[key] ?? (isOfOld ? pipeline.root?[key] : nil)
  }

  private func environment(
    _ node: GitLabNode?, _ job: GitLabNode, isOpen: Bool, _ open: Message
  ) -> Reading<String> {
    guard let node = node.flatMap({ pipeline.resolved($0) }) else {
      return isOpen ? .unknown(open, job.place) : .absent
    }
    let name = node.members == nil ? node : node["name"]
    guard let name else { return .absent }
    guard let text = name.text else { return .unknown("no text", name.place) }
    return text.contains("$") ? .unknown("a variable", name.place) : .known(text, name.place)
  }

  private static func audience(_ entry: GitLabNode) -> Reading<String> {
    guard let audience = entry["aud"] else { return .absent }
    guard let text = audience.text else { return .unknown("a list", audience.place) }
    return text.contains("$") ? .unknown("a variable", audience.place) : .known(text, audience.place)
  }

  /// Tags name runners; those of GitLab's own begin with `saas-` (docs.gitlab.com, "Hosted runners").
  private static func isHosted(_ tags: GitLabNode?) -> Reading<Bool> {
    guard let tags, !tags.elements.isEmpty else { return .absent }
    let isSaaS = tags.elements.allSatisfy { $0.text?.hasPrefix("saas-") == true }
    return isSaaS ? .known(true, tags.place) : .unknown("runner tags", tags.place)
  }

  // MARK: Variables

  private func variables(of job: GitLabNode) -> [String: JobValue] {
    var nodes: [String: GitLabNode] = [:]
    let isAlone = job["inherit"]?["variables"]?.node.scalar?.boolean == false
    for source in [isAlone ? nil : pipeline.root?["variables"], job["variables"]] {
      guard let source = source.flatMap({ pipeline.resolved($0) }) else { continue }
      for (name, value) in source.members ?? [] { nodes[name] = value["value"] ?? value }
    }
    return nodes.mapValues { value($0, in: nodes) }.merging(parent?.variables ?? [:]) { $1 }
  }

  private func value(_ node: GitLabNode, in nodes: [String: GitLabNode], depth: Int = 0) -> JobValue {
    guard let text = node.node.scalar?.text, !text.contains("$[[") else { return JobValue(.unknown, at: node.place) }
    guard text.contains("$") else { return JobValue(.text(text), at: node.place) }
    let name = text.drop { $0 == "$" || $0 == "{" }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    guard text == "$\(name)" || text == "${\(name)}" else { return JobValue(.unknown, at: node.place) }
    if depth < 8, let other = nodes[String(name)], other.place != node.place {
      return JobValue(value(other, in: nodes, depth: depth + 1).content, at: node.place)
    }
    let isMade = name.hasPrefix("CI_") || name.hasPrefix("GITLAB_")
    return JobValue(isMade ? .made : .stored(String(name)), at: node.place)
  }

  // MARK: Components

  /// A component's jobs are its own; what it is given says what they do.
  private mutating func component(_ address: String, _ node: GitLabNode) {
    let name = String(address.prefix { $0 != "@" })
    let place = node["component"]?.place ?? node.place
    var inputs: [String: JobValue] = [:]
    for (input, value) in node["inputs"]?.members ?? [] {
      let isText = value.text.map { !$0.contains("$") } ?? value.node.isNull
      inputs[input] = JobValue(isText ? .text(value.text ?? "") : .unknown, at: value.place)
    }
    var survey = JobSurvey(
      inputs["job-name"]?.text ?? (name.hasSuffix("/token-broker/publish") ? "publish" : name), at: place,
      startedFile: file)
    survey.fields[.pipelineFile] = .known(file, place)
    survey.storesVariables = true
    guard name.hasSuffix("/token-broker/publish") else {
      survey.environment = .unknown("a component", place)
      survey.identity = .unknown("a component", place)
      survey.steps = [JobStep(.part(name), at: place, inputs: inputs)]
      result.jobs.append(survey)
      return
    }
    // templates/publish/template.yml
    func input(_ name: String, _ usual: String) -> Reading<String> {
      guard let given = inputs[name] else { return .known(usual, place) }
      return given.text.map { $0.isEmpty ? .absent : .known($0, given.place) } ?? .unknown("a variable", given.place)
    }
    survey.environment = input("environment", "release")
    survey.identity = .known(true, place)
    survey.tokens = [
      ("PYPI_ID_TOKEN", .known("pypi", place)), ("TESTPYPI_ID_TOKEN", .known("testpypi", place)),
    ]
    let target = input("target", "pypi")
    guard let target = target.value, let command = input("command", "twine upload dist/*").value else {
      survey.steps = [JobStep(.unknown("a variable"), at: place, inputs: inputs)]
      result.jobs.append(survey)
      return
    }
    let isUsual = inputs["rules"] == nil
    survey.steps = [
      JobStep(
        .script([JobStep.Line("token-broker exec \(target) -- \(command)", at: inputs["target"]?.place ?? place)]),
        at: place, inputs: inputs,
        occasions: [JobOccasion("push", from: isUsual ? .tag : .chosen, at: place, isCertain: false)])
    ]
    result.jobs.append(survey)
  }
}
