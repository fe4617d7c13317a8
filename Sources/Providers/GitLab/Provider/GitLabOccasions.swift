import BrokerCore

/// When a job of a pipeline runs: by its rules, or by `only` and `except`, under the rules of the whole.
struct GitLabOccasions {
  let pipeline: GitLabPipeline
  /// The kinds of pipelines that are looked at.
  var runs = GitLabCondition.runs

  func occasions(of job: GitLabNode, isOpen: Bool) -> [JobOccasion] {
    var found: [JobOccasion] = []
    for run in runs {
      var truth: Truth = .yes
      if let rules = pipeline.root?["workflow"]?["rules"] { truth = self.truth(rules, in: run).truth }
      let (own, place) = self.truth(of: job, in: run)
      truth = truth.and(own)
      // What it extends may have rules.
      if isOpen, job["rules"] == nil, truth != .no { truth = .maybe }
      guard truth != .no else { continue }
      let occasion = JobOccasion(
        run.occasion.event, from: run.occasion.source, at: place ?? job.place,
        isCertain: truth == .yes && run.occasion.isCertain)
      if let index = found.firstIndex(where: { $0.event == occasion.event && $0.source == occasion.source }) {
        if occasion.isCertain { found[index] = occasion }
      } else {
        found.append(occasion)
      }
    }
    return found
  }

  private func truth(of job: GitLabNode, in run: GitLabCondition.Run) -> (truth: Truth, place: FilePlace?) {
    let isManual = job["when"]?.text == "manual"
    func asked(_ truth: Truth) -> Truth { isManual ? truth.and(.maybe) : truth }
    if job["when"]?.text == "never" { return (.no, nil) }
    if let rules = job["rules"] { return truth(rules, in: run, isManual: isManual) }
    let only = job["only"].map { refs($0, in: run) }
    let except = job["except"].map { refs($0, in: run).negated } ?? .yes
    // Without rules, a job runs for branches and tags.
    let usual: Truth = run.occasion.source == .change ? .no : .yes
    return (asked((only ?? usual).and(except)), job["only"]?.place)
  }

  /// The first rule that holds decides.
  private func truth(
    _ rules: GitLabNode, in run: GitLabCondition.Run, isManual: Bool = false
  ) -> (truth: Truth, place: FilePlace?) {
    guard let elements = pipeline.elements(rules) else { return (.maybe, rules.place) }
    var truth: Truth = .no
    var open: Truth = .yes
    var place: FilePlace?
    for rule in elements {
      guard rule.members != nil else { return (.maybe, rule.place) }
      var holds = rule["if"].map { GitLabCondition.truth(of: $0.text ?? "", in: run) } ?? .yes
      if rule["changes"] != nil || rule["exists"] != nil { holds = holds.and(.maybe) }
      let when = rule["when"]?.text ?? (isManual ? "manual" : "on_success")
      let hit = open.and(holds)
      if when != "never", hit != .no {
        truth = truth.or(when == "manual" ? hit.and(.maybe) : hit)
        place = place ?? rule.place
      }
      open = open.and(holds.negated)
    }
    return (truth, place)
  }

  /// Whether `only` or `except` names a run (docs.gitlab.com, "only / except").
  private func refs(_ node: GitLabNode, in run: GitLabCondition.Run) -> Truth {
    let isConditional = node["variables"] != nil || node["changes"] != nil || node["kubernetes"] != nil
    guard let list = node.members == nil ? node : node["refs"] else { return .maybe }
    guard let elements = pipeline.elements(list) else { return .maybe }
    var truth: Truth = .no
    for element in elements { truth = truth.or(matches(element.text ?? "", run)) }
    return isConditional ? truth.and(.maybe) : truth
  }

  private func matches(_ keyword: String, _ run: GitLabCondition.Run) -> Truth {
    let source = run.occasion.source
    switch keyword {
    case "branches":
      return source == .chosen && run.occasion.event == "web" ? .maybe : Truth(source == .branch || source == .chosen)
    case "tags": return source == .chosen && run.occasion.event == "web" ? .maybe : Truth(source == .tag)
    case "merge_requests": return Truth(source == .change)
    case "schedules": return Truth(run.occasion.event == "schedule")
    case "pushes": return Truth(run.occasion.event == "push")
    case "web": return Truth(run.occasion.event == "web")
    case "api", "chat", "external", "external_pull_requests", "pipelines", "triggers": return .no
    default:
      guard source != .change else { return .no }
      guard !keyword.hasPrefix("/"), source == .branch else { return .maybe }
      return run.values["CI_COMMIT_BRANCH"] == .defaultBranch && ["main", "master"].contains(keyword) ? .yes : .maybe
    }
  }
}
