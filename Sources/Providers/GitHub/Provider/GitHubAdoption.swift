import BrokerCore

extension ProviderAdoption {
  /// Where repositories are, and what is written into their workflow files.
  static let gitHub = ProviderAdoption(
    hosting: .gitHub, jobFile: GitHubGuide.guide.jobFile, tokenMark: "id-token: write",
    change: { (request) throws(BrokerError) in try GitHubWorkflowChange(request)?.change },
    write: { $0.gitHubText }, credentialSettings: { "\($0)/settings/secrets/actions" },
    environmentSettings: { "\($0)/settings/environments" })
}

/// A workflow file whose jobs publish: each step that does is changed, and its job gets what it needs beside that.
private struct GitHubWorkflowChange {
  private let request: WorkflowChangeRequest
  private let root: YAMLMapping
  private var editor: LineEditor
  private var jobs: [WorkflowChange.Job] = []
  private var stored: [String] = []
  private var notes: [Message] = []
  /// The names of steps of the job that were taken out, and what they were.
  private var removed: [(id: String, name: String)] = []

  var change: WorkflowChange {
    WorkflowChange(text: editor.text, jobs: jobs, stored: stored, notes: notes)
  }

  init?(_ request: WorkflowChangeRequest) throws(BrokerError) {
    self.request = request
    editor = LineEditor(request.text)
    let read: YAMLMapping?
    do throws(SyntaxError) { read = try YAMLReader().read(Array(request.text.utf8)).first?.mapping } catch {
      throw request.unreadable(error)
    }
    guard let read, let members = read["jobs"]?.mapping?.members else { return nil }
    root = read
    for (index, job) in members.enumerated() {
      let next = index + 1 < members.count ? members[index + 1].position.line : Int.max
      try self.read(job, before: next)
    }
    guard !jobs.isEmpty else { return nil }
    try removeVariables(of: root["env"], member: root.member("env"))
  }

  // MARK: A job

  private mutating func read(_ job: YAMLMapping.Member, before end: Int) throws(BrokerError) {
    guard let body = job.value.mapping, let steps = body["steps"]?.sequence else { return }
    var registries: [String] = []
    var commands: [String] = []
    var first: YAMLNode?
    let unchanged = (editor, stored, notes)
    removed = []
    for node in steps {
      guard let step = node.mapping else { continue }
      let variables = Self.texts(root["env"]).merging(Self.texts(body["env"])) { $1 }
        .merging(Self.texts(step["env"])) { $1 }
      let found = try revised(step, node, variables, within: job.position.line...max(job.position.line, end - 1))
      guard let found else { continue }
      if !found.registries.isEmpty { first = first ?? node }
      for registry in found.registries where !registries.contains(registry) { registries.append(registry) }
      commands += found.commands
    }
    guard let first, let member = body.members.first else {
      // A job that does not publish stays as it is.
      (editor, stored, notes) = unchanged
      return
    }
    for line in job.position.line...max(job.position.line, min(end - 1, editor.count)) {
      guard let gone = removed.first(where: { editor.current(line)?.contains("steps.\($0.id).outputs") == true }) else {
        continue
      }
      throw request.obstacle(
        line, "it uses what \(Neutralized(gone.name)) makes, which is not needed to publish any more")
    }
    guard member.position.line > job.position.line else {
      throw request.obstacle(job.position.line, "the job is written in one line")
    }
    let space = String(repeating: " ", count: member.position.column - 1)
    let needsCheckout = try prepare(steps, first, for: registries[0])
    let environment = addEnvironment(body, space, job)
    try addPermissions(body, space, job, needsCheckout: needsCheckout, steps)
    try removeVariables(of: body["env"], member: body.member("env"))
    jobs.append(
      WorkflowChange.Job(
        name: job.name, line: job.position.line, environment: environment, registries: registries, commands: commands))
  }

  private static func texts(_ node: YAMLNode?) -> [String: String] {
    var texts: [String: String] = [:]
    for member in node?.mapping?.members ?? [] { texts[member.name] = member.value.text ?? "" }
    return texts
  }

  // MARK: A step

  private struct Found {
    var registries: [String] = []
    var commands: [String] = []
  }

  /// Changes a step that publishes; nil for any other.
  private mutating func revised(
    _ step: YAMLMapping, _ node: YAMLNode, _ variables: [String: String], within lines: ClosedRange<Int>
  ) throws(BrokerError) -> Found? {
    let line = node.position.line
    let indent = node.position.column - 1
    if let uses = step.member("uses"), let text = uses.value.text {
      let name = String(text.prefix { $0 != "@" })
      let part: WorkflowChangeRequest.Part?
      do throws(BrokerError) { part = try request.part(name, Self.texts(step["with"])) } catch {
        throw request.error(error, at: uses.position.line)
      }
      guard let part else { return nil }
      try check(line, lines)
      guard let command = part.command else {
        if let id = step["id"]?.text { removed.append((id, name)) }
        editor.replace(line...editor.lastLine(ofBlockAt: line, indent: try dash(of: line, node)), with: [])
        return nil
      }
      keepStored(in: Self.texts(step["with"]).values.joined(separator: " "))
      notes += part.notes.filter { !notes.contains($0) }
      try rewrite(step, node, run: ["run: \(command)"])
      return Found(registries: [part.registry], commands: [command])
    }
    guard let run = step.member("run") else { return nil }
    let change = try ScriptChange(
      run.value, key: (run.position.line, indent), in: editor, variables, request)
    guard change.isChanged else { return nil }
    try check(line, lines)
    keepStored(in: change.removed.joined(separator: " "))
    guard change.registries.isEmpty else {
      let isBlock = run.value.scalar?.style == .literal
      let head = isBlock ? [String(editor[run.position.line].dropFirst(run.position.column - 1))] : []
      try rewrite(
        step, node,
        run: head
          + change.newLines.enumerated().map { index, text in
            !isBlock && index == 0 ? String(text.dropFirst(run.position.column - 1)) : String(text.dropFirst(indent))
          })
      return Found(registries: change.registries, commands: change.commands)
    }
    // A line that stored a credential for later is not needed any more, nor is a step that did nothing else.
    if change.newLines.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) {
      editor.replace(line...editor.lastLine(ofBlockAt: line, indent: try dash(of: line, node)), with: [])
    } else {
      editor.replace(change.lines, with: change.newLines)
    }
    return Found()
  }

  private func check(_ line: Int, _ lines: ClosedRange<Int>) throws(BrokerError) {
    guard lines.contains(line) else {
      throw request.obstacle(line, "the step that publishes is used by several jobs (an anchor)")
    }
  }

  /// The column of the hyphen that a step begins with, from 0.
  private func dash(of line: Int, _ node: YAMLNode) throws(BrokerError) -> Int {
    let start = editor[line].prefix(node.position.column - 1)
    guard let dash = start.firstIndex(of: "-"), start.allSatisfy({ $0 == " " || $0 == "-" }) else {
      throw request.obstacle(line, "the step is not written as a list of lines")
    }
    return start.distance(from: start.startIndex, to: dash)
  }

  /// Writes a step again: what it runs is replaced, what it is given is left out, and its variables name the file.
  private mutating func rewrite(_ step: YAMLMapping, _ node: YAMLNode, run: [String]) throws(BrokerError) {
    let line = node.position.line
    let dash = try dash(of: line, node)
    let indent = node.position.column - 1
    let last = editor.lastLine(ofBlockAt: line, indent: dash)
    var body: [String] = []
    var hasVariables = false
    let variable = "  TOKEN_BROKER_CONFIG: \(Snippet.quoted(request.configuration))"
    for (index, member) in step.members.enumerated() {
      let end = index + 1 < step.members.count ? step.members[index + 1].position.line - 1 : last
      guard member.position.line > line || index == 0, end >= member.position.line else {
        throw request.obstacle(line, "the step is written in one line")
      }
      switch member.name {
      case "run", "uses": body += run
      case "with": continue
      case "env":
        hasVariables = true
        body += ["env:", variable] + variablesLeft(of: member.value)
      default:
        body += (member.position.line...end).map { String(editor[$0].dropFirst(indent)) }
      }
    }
    if !hasVariables { body += ["env:", variable] }
    let space = String(repeating: " ", count: indent)
    editor.replace(
      line...last,
      with: body.enumerated().map { index, text in
        index == 0 ? "\(editor[line].prefix(indent))\(text)" : text.isEmpty ? "" : "\(space)\(text)"
      })
  }

  /// The variables of a step that are not the publishing tools' own.
  private mutating func variablesLeft(of node: YAMLNode) -> [String] {
    var lines: [String] = []
    for member in node.mapping?.members ?? [] {
      guard request.decides(member.name) else {
        lines.append("  \(member.name): \(Self.written(member.value))")
        continue
      }
      keepStored(in: member.value.text ?? "")
    }
    return lines
  }

  private static func written(_ node: YAMLNode) -> String {
    let text = node.text ?? ""
    guard node.scalar?.style == .plain else { return JSONText.compact(.string(text)) }
    return text
  }

  /// The names under which callers hand secrets on: nothing is stored under them.
  private var formal: [String] {
    let call = root["on"]?.mapping?["workflow_call"]?.mapping
    return (call?["secrets"]?.mapping?.members ?? []).map { $0.name.lowercased() }
  }

  /// The secrets that stood in what was taken out.
  private mutating func keepStored(in text: String) {
    for part in text.parts(separatedBy: "secrets.").dropFirst(text.hasPrefix("secrets.") ? 0 : 1) {
      let name = String(part.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
      guard VariableName.isValid(name) else { continue }
      if name != "GITHUB_TOKEN", !formal.contains(name.lowercased()), !stored.contains(name) { stored.append(name) }
    }
  }

  // MARK: What the job needs

  /// Puts the tool, and the file if it is not there, before the steps.
  ///
  /// - Returns: Whether a checkout was put in.
  private mutating func prepare(
    _ steps: [YAMLNode], _ publishing: YAMLNode, for registry: String
  ) throws(BrokerError) -> Bool {
    let dash = String(
      repeating: " ", count: try dash(of: publishing.position.line, publishing))
    let start = steps[0].position.line
    let before = steps.prefix { $0.position.line < publishing.position.line }
    let hasFile = before.contains { node in
      guard let step = node.mapping, step["uses"]?.text?.hasPrefix("actions/checkout@") == true else { return false }
      let with = step["with"]?.mapping
      return ["path", "repository", "sparse-checkout"].allSatisfy { with?[$0] == nil }
    }
    if !hasFile {
      editor.insert(
        [
          "\(dash)- uses: \(checkout)", "\(dash)  with:",
          "\(dash)    sparse-checkout: \(Snippet.quoted(request.configuration))",
          "\(dash)    sparse-checkout-cone-mode: false", "\(dash)    persist-credentials: false",
        ], before: start)
    }
    editor.insert(request.install(registry).map { "\(dash)- run: \($0)" }, before: publishing.position.line)
    return !hasFile
  }

  /// The checkout action as the file names it already, by commit where it does.
  private var checkout: String {
    for line in 1...max(1, editor.count) {
      guard let uses = editor[line].firstRange(of: "uses: actions/checkout@") else { continue }
      return String(editor[line][editor[line].index(uses.lowerBound, offsetBy: 6)...])
    }
    return "actions/checkout@v4"
  }

  private func place(in body: YAMLMapping) -> Int {
    let member = body.member("steps") ?? body.members[0]
    return member.position.line
  }

  private mutating func addEnvironment(_ body: YAMLMapping, _ space: String, _ job: YAMLMapping.Member) -> String? {
    if let environment = body["environment"] {
      let name = environment.text ?? environment.mapping?["name"]?.text
      guard let name, !name.contains("${{") else {
        notes.append(
          "\(Neutralized(request.path)), line \(environment.position.line): the environment is an expression; expect names none."
        )
        return nil
      }
      return name
    }
    editor.insert(["\(space)environment: \(Snippet.quoted(request.environment))"], before: place(in: body))
    return request.environment
  }

  private mutating func addPermissions(
    _ body: YAMLMapping, _ space: String, _ job: YAMLMapping.Member, needsCheckout: Bool, _ steps: [YAMLNode]
  ) throws(BrokerError) {
    guard let member = body.member("permissions") else {
      if let common = root.member("permissions") {
        if common.value.text == "write-all" || common.value.mapping?["id-token"]?.text == "write" { return }
        var lines = (common.value.mapping?.members ?? [])
          .filter { $0.name != "id-token" }.map { "\(space)  \($0.name): \(Self.written($0.value))" }
        if common.value.mapping?["contents"] == nil { lines.insert("\(space)  contents: read", at: 0) }
        editor.insert(["\(space)permissions:"] + lines + ["\(space)  id-token: write"], before: place(in: body))
        return
      }
      // A block takes away what the job had by default: where a step writes to the repository, it keeps that.
      let writes = steps.contains { node in
        let line = node.position.line
        let last = editor.lastLine(ofBlockAt: line, indent: max(0, node.position.column - 3))
        return (line...last).contains { number in
          ["GITHUB_TOKEN", "github.token", "gh release", "action-gh-release", "upload-release-asset"]
            .contains { editor[number].contains($0) }
        }
      }
      editor.insert(
        ["\(space)permissions:", "\(space)  contents: \(writes ? "write" : "read")", "\(space)  id-token: write"],
        before: place(in: body))
      return
    }
    let line = member.position.line
    if let text = member.value.text {
      guard text != "write-all" else { return }
      editor.replace(
        line...line, with: ["\(space)permissions:", "\(space)  contents: read", "\(space)  id-token: write"])
      return
    }
    guard let given = member.value.mapping else { return }
    let contents = given["contents"] == nil && needsCheckout ? "contents: read" : nil
    var identity: String? = "id-token: write"
    if let token = given.member("id-token") {
      guard token.value.text == "write" else {
        throw request.obstacle(token.position.line, "id-token has another value than write")
      }
      guard contents != nil else { return }
      identity = nil
    }
    guard let last = given.members.last, last.position.line > line else {
      let source = editor[line]
      guard let close = source.lastIndex(of: "}"), source.contains("{") else {
        throw request.obstacle(line, "the permissions are not written in a way that is changed here")
      }
      let added = ([contents, identity].compactMap { $0 }).joined(separator: ", ")
      let start = String(source[..<close].reversed().drop { $0 == " " }.reversed())
      editor.replace(line, with: "\(start)\(given.members.isEmpty ? "" : ", ")\(added)\(source[close...])")
      return
    }
    // Before the first: behind the last, the job's next key may get lines of its own.
    let inner = String(repeating: " ", count: last.position.column - 1)
    editor.insert(
      [contents, identity].compactMap { $0 }.map { "\(inner)\($0)" }, before: given.members[0].position.line)
  }

  /// Takes the publishing tools' variables out of the job's.
  private mutating func removeVariables(
    of node: YAMLNode?, member: YAMLMapping.Member?
  ) throws(BrokerError) {
    guard let members = node?.mapping?.members, let member else { return }
    let own = members.filter { request.decides($0.name) }
    guard !own.isEmpty, own.allSatisfy({ $0.position.line > member.position.line }) else { return }
    for variable in own {
      keepStored(in: variable.value.text ?? "")
      let last = editor.lastLine(ofBlockAt: variable.position.line, indent: variable.position.column - 1)
      editor.replace(variable.position.line...last, with: [])
    }
    if own.count == members.count { editor.replace(member.position.line...member.position.line, with: []) }
  }
}
