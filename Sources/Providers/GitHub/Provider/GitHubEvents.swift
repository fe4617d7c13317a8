import BrokerCore

/// The events of a workflow's `on`, each with what is known of its runs (docs.github.com, "Events that trigger workflows").
struct GitHubEvents {
  /// A kind of run.
  struct Run {
    let occasion: JobOccasion
    let known: GitHubExpression.Run

    /// The same under a condition; nil if that does not hold.
    func under(_ condition: String?) -> Run? {
      guard let condition else { return self }
      return occasion.under(GitHubExpression.truth(of: condition, in: known)).map { Run(occasion: $0, known: known) }
    }
  }

  /// The runs, those that another workflow starts aside.
  private(set) var runs: [Run] = []
  /// Whether another workflow can start it, and what it is given then.
  private(set) var call: YAMLNode?
  /// Whether something is written there that is no event.
  private(set) var isUnread = false

  init(of workflow: GitHubWorkflow, repository: String?) {
    guard let on = workflow.root.member("on") else {
      isUnread = true
      return
    }
    var events: [(name: String, settings: YAMLNode?, position: SourcePosition)] = []
    if let name = on.value.text {
      events = [(name, nil, on.value.position)]
    } else if let names = on.value.sequence {
      events = names.compactMap { node in node.text.map { ($0, nil, node.position) } }
    } else {
      events = (on.value.mapping?.members ?? []).map { ($0.name, $0.value, $0.position) }
    }
    isUnread = events.isEmpty
    for event in events {
      if event.name == "workflow_call" {
        call = event.settings ?? on.value
        continue
      }
      let place = workflow.place(event.position)
      for (source, ref) in Self.refs(of: event.name, event.settings?.mapping) {
        runs.append(
          Run(
            occasion: JobOccasion(event.name, from: source, at: place),
            known: Self.known(event.name, event.settings?.mapping, ref, repository)))
      }
    }
  }

  private static func known(
    _ event: String, _ settings: YAMLMapping?, _ ref: GitHubExpression.Value, _ repository: String?
  ) -> GitHubExpression.Run {
    var values: [String: GitHubExpression.Value] = ["github.event_name": .text(event), "github.ref": ref]
    switch ref {
    case .text(let text), .beginning(let text):
      if text.hasPrefix("refs/tags/") { values["github.ref_type"] = .text("tag") }
      if text.hasPrefix("refs/heads/") { values["github.ref_type"] = .text("branch") }
      if case .text = ref {
        values["github.ref_name"] = .text(text.split(separator: "/", maxSplits: 2).last.map(String.init) ?? "")
      }
    default: break
    }
    if !event.hasPrefix("pull_request") {
      values["github.head_ref"] = .nothing
      values["github.base_ref"] = .nothing
    }
    let types = settings?["types"]
    if let type = types?.text ?? (types?.sequence?.count == 1 ? types?.sequence?[0].text : nil) {
      values["github.event.action"] = .text(type)
    }
    if let repository {
      values["github.repository"] = .text(repository)
      values["github.repository_owner"] = .text(repository.split(separator: "/").first.map(String.init) ?? "")
    }
    return GitHubExpression.Run(values: values)
  }

  /// What an event runs on: of a push, tags or branches alone where only those are filtered.
  private static func refs(
    of event: String, _ settings: YAMLMapping?
  ) -> [(JobOccasion.Source, GitHubExpression.Value)] {
    switch event {
    case "push":
      let tags = filter(["tags", "tags-ignore"], in: settings)
      let branches = filter(["branches", "branches-ignore"], in: settings)
      var refs: [(JobOccasion.Source, GitHubExpression.Value)] = []
      if tags != nil || branches == nil { refs.append((.tag, ref("refs/tags/", tags))) }
      if branches != nil || tags == nil { refs.append((.branch, ref("refs/heads/", branches))) }
      return refs
    case "release": return [(.tag, .beginning("refs/tags/"))]
    case "schedule": return [(.branch, .beginning("refs/heads/"))]
    case "pull_request", "pull_request_review", "pull_request_review_comment":
      return [(.change, .beginning("refs/pull/"))]
    case "pull_request_target": return [(.change, .beginning("refs/heads/"))]
    case "workflow_run", "repository_dispatch", "merge_group", "issue_comment", "issues":
      return [(.chosen, .beginning("refs/heads/"))]
    default: return [(.chosen, .unknown)]
    }
  }

  private static func filter(_ names: [String], in settings: YAMLMapping?) -> [String]? {
    guard let node = names.lazy.compactMap({ settings?[$0] }).first, !node.isNull else { return nil }
    let isIgnored = settings?[names[0]] == nil
    let patterns = node.text.map { [$0] } ?? node.sequence?.compactMap(\.text) ?? []
    return isIgnored ? ["**"] : patterns
  }

  private static func ref(_ kind: String, _ patterns: [String]?) -> GitHubExpression.Value {
    guard let patterns, patterns.count == 1, !patterns[0].hasPrefix("!") else { return .beginning(kind) }
    let beginning = patterns[0].prefix { !"*?+[]".contains($0) }
    guard beginning.count < patterns[0].count else { return .text(kind + beginning) }
    // A quantifier is about the character before it.
    let isCertain = !"?+".contains(patterns[0].dropFirst(beginning.count).first ?? "*")
    return .beginning(kind + (isCertain ? beginning : beginning.dropLast()))
  }
}
