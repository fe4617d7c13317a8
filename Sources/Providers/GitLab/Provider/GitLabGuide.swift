import BrokerCore

/// What people write into a pipeline file (docs.gitlab.com, "CI/CD YAML syntax reference").
enum GitLabGuide {
  static let guide = ProviderGuide(
    environment: {
      Snippet("the job in the pipeline file", ["environment:", "  name: \(Snippet.quoted($0))"])
    },
    identityToken: { identityToken(for: $0, names: [GitLabVariableNames.candidates(for: $0)[0]]) },
    spareToken: { audience in
      let name = GitLabVariableNames.candidates(for: audience)[0]
      let tokens = identityToken(for: audience, names: [name, "\(name)_2"])
      return Snippet(
        "\(tokens.place), with both names in providers.gitlab.variables of the configuration", tokens.lines)
    }, protection: "protected tags on GitLab", usualFile: ".gitlab-ci.yml",
    jobFile: { path, text in
      guard path.hasPrefix(".gitlab") else { return nil }
      let jobs = WorkflowReader.gitLab.survey(
        WorkflowReader.Request(files: OneFile(path: path, text: text), startedFile: path)
      ).jobs
      return JobFile(path: path, identities: jobs.map(\.identity), environments: jobs.map(\.environment))
    })

  /// A checkout of which one file is at hand.
  private struct OneFile: CheckoutFiles {
    let path: String
    let text: String

    func names(in folder: String) -> [String] { [] }
    func read(_ path: String) throws(BrokerError) -> [UInt8]? { path == self.path ? Array(text.utf8) : nil }
  }

  static func identityToken(for audience: Audience, names: [String]) -> Snippet {
    Snippet(
      "the job in the pipeline file",
      ["id_tokens:"]
        + names.flatMap { name -> [Message] in
          ["  \(Neutralized(name)):", "    aud: \(Snippet.quoted(audience.value))"]
        })
  }

  static func tokenMissing(_ audience: Audience, names: [String], others: [String]) -> Cause {
    let name = names.first ?? ""
    let shown = others.map { Neutralized($0, limit: 120) }.joined(separator: ", ")
    var fixes: [Message] = ["Give the job an identity token for this audience, in the variable \(Neutralized(name))."]
    if !others.isEmpty {
      fixes.append(
        "If \(others.count == 1 ? "" : "one of ")\(shown) is meant for it, change its aud, or name it in "
          + "providers.gitlab.variables of the configuration.")
    }
    return Cause(
      "id-token-missing", .certain, "The job's id_tokens name no identity token made out to \(audience).",
      fixes: fixes, snippet: identityToken(for: audience, names: [name]))
  }

  /// A variable of the user's own goes before the one that the job's id_tokens make (docs.gitlab.com, "CI/CD variable
  /// precedence").
  static func variableHidden(_ variable: String, _ state: Message, _ audience: Audience) -> Cause {
    let name = Neutralized(variable, limit: 120)
    return Cause(
      "variable-hidden", .likely,
      "\(name) \(state): a CI/CD variable of that name in the settings of the project, a group or the instance, or in "
        + "variables: of the pipeline file, hides the identity token that the job's id_tokens make.",
      fixes: [
        "Remove the variable \(name) from Settings, CI/CD, Variables (of the project and its groups) and from variables:.",
        "If there is none, see that the job's id_tokens name \(name).",
      ], snippet: identityToken(for: audience, names: [variable]))
  }

  /// Clients name the variable that they looked for: `PYPI_ID_TOKEN`.
  static func causes(in log: String) -> [Cause] {
    let text = LogText(log.utf8)
    guard let name = text.runs(of: LogText.isWord).lazy.compactMap({ variable(text.bytes[$0]) }).first,
      let audience = Audience(name.lowercased().replacing("_", with: "."))
    else { return [] }
    return [tokenMissing(audience, names: ["\(name)_ID_TOKEN"], others: []).with(.likely)]
  }

  /// What stands before `_ID_TOKEN` in a variable's name.
  private static func variable(_ word: ArraySlice<UInt8>) -> String? {
    let ending = Array("_ID_TOKEN".utf8)
    guard (ending.count + 1...ending.count + 61).contains(word.count), word.suffix(ending.count) == ending[...],
      let first = word.first, (0x41...0x5A).contains(first),
      word.allSatisfy({ (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
    else { return nil }
    return String(decoding: word.dropLast(ending.count), as: UTF8.self)
  }

  static let tokenUsedHere = Cause(
    "token-used-here", .certain,
    "Every identity token that the job has for this audience was used by this run already; each is good for one exchange.",
    fixes: ["Give the job one identity token for each mint."])

  static func forkMergeRequest(_ source: String, _ project: String) -> Cause {
    Cause(
      "fork-merge-request", .certain,
      "The pipeline runs the code of the fork \(Neutralized.quoted(source)) with the identity of "
        + "\(Neutralized.quoted(project)); an API token minted here would be in a stranger's hands.",
      fixes: ["Publish from the project's own tags or protected branches."],
      snippet: Snippet("the job in the pipeline file", ["rules:", "  - if: $CI_COMMIT_TAG"]))
  }

  /// A merge request's pipeline that runs in the fork, as its own project.
  static func forkPipeline(in environment: Environment) -> Cause? {
    guard environment["CI_PIPELINE_SOURCE"] == "merge_request_event",
      let target = environment.nonEmpty("CI_MERGE_REQUEST_PROJECT_PATH"),
      let project = environment.nonEmpty("CI_PROJECT_PATH"), target != project
    else { return nil }
    return Cause(
      "fork-pipeline", .certain,
      "The pipeline of this merge request runs in the fork \(Neutralized.quoted(project)), and its identity tokens name "
        + "the fork, not \(Neutralized.quoted(target)).",
      fixes: ["Publish from the project's own tags or protected branches."],
      snippet: Snippet("the job in the pipeline file", ["rules:", "  - if: $CI_COMMIT_TAG"])
    ).explaining(.repository)
  }
}
