import BrokerCore

extension ProviderAdoption {
  /// Where repositories are, and what is written into their pipeline files.
  static let gitLab = ProviderAdoption(
    hosting: .gitLab, jobFile: GitLabGuide.guide.jobFile, tokenMark: "id_tokens",
    change: { (request) throws(BrokerError) in try GitLabPipelineChange(request)?.change },
    write: { $0.gitLabText }, credentialSettings: { "\($0)/-/settings/ci_cd" })
}

/// A pipeline file whose jobs publish: each line that does is changed, and its job gets what it needs beside that.
private struct GitLabPipelineChange {
  private let request: WorkflowChangeRequest
  private let root: YAMLMapping
  private var editor: LineEditor
  private var jobs: [WorkflowChange.Job] = []
  private var stored: [String] = []
  private var notes: [Message] = []

  var change: WorkflowChange {
    WorkflowChange(text: editor.text, jobs: jobs, stored: stored, notes: notes)
  }

  /// The keys of a pipeline file that are no jobs (docs.gitlab.com, "CI/CD YAML syntax reference").
  private static let keywords = [
    "default", "include", "stages", "variables", "workflow", "image", "services", "cache", "spec",
  ]

  init?(_ request: WorkflowChangeRequest) throws(BrokerError) {
    self.request = request
    editor = LineEditor(request.text)
    let documents: [YAMLNode]
    do throws(SyntaxError) { documents = try YAMLReader().read(Array(request.text.utf8)) } catch {
      throw request.unreadable(error)
    }
    guard let read = documents.last?.mapping else { return nil }
    root = read
    for (index, job) in read.members.enumerated() where !Self.keywords.contains(job.name) {
      let next = index + 1 < read.members.count ? read.members[index + 1].position.line : Int.max
      try self.read(job, before: next)
    }
    guard !jobs.isEmpty else { return nil }
  }

  private static func texts(_ node: YAMLNode?) -> [String: String] {
    var texts: [String: String] = [:]
    for member in node?.mapping?.members ?? [] { texts[member.name] = member.value.text ?? "" }
    return texts
  }

  private mutating func read(_ job: YAMLMapping.Member, before end: Int) throws(BrokerError) {
    guard let body = job.value.mapping else { return }
    let variables = Self.texts(root["variables"]).merging(Self.texts(body["variables"])) { $1 }
    var registries: [String] = []
    var commands: [String] = []
    for name in ["before_script", "script"] {
      guard let script = body.member(name) else { continue }
      for node in script.value.sequence ?? [script.value] {
        guard node.scalar != nil else { continue }
        let line = node.position.line
        let isItem = script.value.sequence != nil
        let change = try ScriptChange(
          node, key: isItem ? (line, editor.indent(of: line)) : (line, script.position.column - 1), in: editor,
          variables, request)
        guard change.isChanged else { continue }
        guard line >= job.position.line, line < end else {
          throw request.obstacle(line, "the line that publishes is used by several jobs (an anchor)")
        }
        keepStored(in: change.removed)
        if !change.registries.isEmpty, registries.isEmpty {
          guard isItem else { throw request.obstacle(line, "the script is one text, and no list of lines") }
          let dash = String(repeating: " ", count: editor.indent(of: line))
          editor.insert(request.install(change.registries[0]).map { "\(dash)- \($0)" }, before: line)
        }
        replace(change, line: line, isItem: isItem)
        for registry in change.registries where !registries.contains(registry) { registries.append(registry) }
        commands += change.commands
      }
    }
    guard !registries.isEmpty, let first = body.members.first else { return }
    guard first.position.line > job.position.line else {
      throw request.obstacle(job.position.line, "the job is written in one line")
    }
    let space = String(repeating: " ", count: first.position.column - 1)
    let place = (body.member("before_script") ?? body.member("script") ?? first).position.line
    let environment = addEnvironment(body, space, place)
    try addTokens(body, registries, space, place)
    try addVariables(body, space, place)
    jobs.append(
      WorkflowChange.Job(
        name: job.name, line: job.position.line, environment: environment, registries: registries, commands: commands))
  }

  private mutating func replace(_ change: ScriptChange, line: Int, isItem: Bool) {
    let isEmpty = change.newLines.allSatisfy { $0.allSatisfy(\.isWhitespace) }
    guard isEmpty, isItem else { return editor.replace(change.lines, with: change.newLines) }
    editor.replace(min(line, change.lines.lowerBound)...change.lines.upperBound, with: [])
  }

  /// The variables that stood in what was taken out.
  private mutating func keepStored(in words: [String]) {
    for word in words {
      for part in word.split(separator: "$", omittingEmptySubsequences: false).dropFirst() {
        let text = part.first == "{" ? part.dropFirst() : part
        let name = String(text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        guard VariableName.isValid(name) else { continue }
        if !name.hasPrefix("CI_"), !stored.contains(name) { stored.append(name) }
      }
    }
  }

  private mutating func addEnvironment(_ body: YAMLMapping, _ space: String, _ place: Int) -> String? {
    if let environment = body["environment"] {
      let name = environment.text ?? environment.mapping?["name"]?.text
      guard let name, !name.contains("$") else {
        notes.append(
          "\(Neutralized(request.path)), line \(environment.position.line): the environment has a variable in its name; expect names none."
        )
        return nil
      }
      return name
    }
    editor.insert(["\(space)environment: \(Snippet.quoted(request.environment))"], before: place)
    return request.environment
  }

  private mutating func addTokens(
    _ body: YAMLMapping, _ registries: [String], _ space: String, _ place: Int
  ) throws(BrokerError) {
    let given = body["id_tokens"]?.mapping?.members ?? []
    var lines: [String] = []
    for registry in registries {
      let audience = request.audience(registry)?.value ?? registry
      guard !given.contains(where: { $0.value.mapping?["aud"]?.text == audience }) else { continue }
      let name = registry.uppercased().replacing("-", with: "_")
      lines += ["\(space)  \(name)_ID_TOKEN:", "\(space)    aud: \(Snippet.quoted(audience))"]
    }
    guard !lines.isEmpty else { return }
    guard let member = body.member("id_tokens") else {
      return editor.insert(["\(space)id_tokens:"] + lines, before: place)
    }
    guard let last = given.last, last.position.line > member.position.line else {
      throw request.obstacle(member.position.line, "id_tokens is written in one line")
    }
    // Before the first: behind the last, the job's next key may get lines of its own.
    editor.insert(lines, before: given[0].position.line)
  }

  private mutating func addVariables(_ body: YAMLMapping, _ space: String, _ place: Int) throws(BrokerError) {
    let setting = "TOKEN_BROKER_CONFIG: \(Snippet.quoted(request.configuration))"
    guard let member = body.member("variables"), let given = member.value.mapping?.members, let last = given.last else {
      return editor.insert(["\(space)variables:", "\(space)  \(setting)"], before: place)
    }
    guard last.position.line > member.position.line else {
      throw request.obstacle(member.position.line, "variables is written in one line")
    }
    for variable in given where request.decides(variable.name) {
      keepStored(in: [variable.value.text ?? ""])
      let end = editor.lastLine(ofBlockAt: variable.position.line, indent: variable.position.column - 1)
      editor.replace(variable.position.line...end, with: [])
    }
    let inner = String(repeating: " ", count: last.position.column - 1)
    editor.insert(["\(inner)\(setting)"], before: given[0].position.line)
  }
}
