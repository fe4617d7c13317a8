import BrokerCore

/// A configuration file for a repository, and the workflow or pipeline that goes with it.
struct StartingPoint: Sendable {
  /// A registry and what its publisher is registered with.
  struct Target: Sendable {
    let registry: String
    let project: Sourced<String>?
    /// The fields of `expect`, in order.
    let fields: [(field: JobField, value: Sourced<String>)]
    /// The issuer, where it is not the hosted service's: a rule holds the job to it, because the fields alone do not tell.
    let issuer: Sourced<String>?

    /// The environment of the job that publishes there.
    var environment: String? { fields.first { $0.field == .environment }?.value.value }
  }

  let family: IssuerFamily
  let targets: [Target]

  /// The starting point for the registries of `values`, whose forms have the fields.
  init(_ values: [PublisherValues], family: IssuerFamily, forms: [PublisherRules.Form?]) {
    self.family = family
    targets = zip(values, forms).map { values, form in
      let fields = (form?.fields ?? []).compactMap { part in
        values.value(part.field).map { (field: part.field, value: $0) }
      }
      let host = values.host.flatMap { $0.value.isHosted ? nil : $0 }
      return Target(
        registry: values.registry, project: values.project, fields: fields,
        issuer: host?.map { $0.issuer(of: family) })
    }
  }

  // MARK: The configuration

  /// The file's text.
  var configuration: String {
    let registries = targets.map { target in
      var members: [(String, JSONText.Value)] = []
      if let project = target.project { members.append(("project", .string(project.value))) }
      if !target.fields.isEmpty {
        members.append(("expect", .object(target.fields.map { ($0.field.name, .string($0.value.value)) })))
      }
      if let issuer = target.issuer {
        members.append(("rules", .object([("issuer", .array([.string(issuer.value)]))])))
      }
      return (target.registry, JSONText.Value.object(members))
    }
    var members: [(String, JSONText.Value)] = [("version", 1), ("registries", .object(registries))]
    if targets.count > 1 {
      members.append(("routes", .object([("release", .array(targets.map { .string($0.registry) }))])))
    }
    return JSONText.pretty(.object(members)) + "\n"
  }

  /// Every value with its origin, a line each.
  var commentary: Message {
    var rows: [(path: String, value: Sourced<String>)] = []
    for target in targets {
      let path = "registries.\(target.registry)"
      if let project = target.project { rows.append(("\(path).project", project)) }
      rows += target.fields.map { ("\(path).expect.\($0.field.name)", $0.value) }
      if let issuer = target.issuer { rows.append(("\(path).rules.issuer", issuer)) }
    }
    let width = rows.map(\.path.count).max() ?? 0
    return rows.map { row -> Message in
      "\(TextLayout.padded(Message(Neutralized(row.path)), width))  \(DeceptiveText.marked(row.value.value))  (\(row.value.origin))\n"
    }.joined()
  }

  // MARK: The workflow

  /// The jobs that publish: one for all registries, or one for each where their environments differ.
  private var jobs: [(name: String, targets: String, registries: [String], environment: String?)] {
    let names = targets.map(\.registry)
    guard Set(targets.map(\.environment)).count > 1 else {
      return [("publish", names.count > 1 ? "release" : names[0], names, targets[0].environment)]
    }
    return targets.map { ($0.registry, $0.registry, [$0.registry], $0.environment) }
  }

  /// The command that publishes in the first job.
  var command: Message? {
    jobs.first.map { job in
      "token-broker exec \(Neutralized(job.targets)) -- \(family == .gitLab ? "" : "pipx run ")twine upload dist/*"
    }
  }

  /// The path of the file that the workflow belongs into.
  var workflowPath: String {
    let field: JobField = family == .gitLab ? .pipelineFile : .workflow
    let name = targets.first?.fields.first { $0.field == field }?.value.value ?? "publish.yml"
    return family == .gitLab ? name : ".github/workflows/\(name)"
  }

  /// The workflow or pipeline.
  ///
  /// Each job that publishes has the configuration, and names it: without the name, a job that did not get the file would
  /// publish without its rules.
  ///
  /// - Parameters:
  ///   - version: The release of this tool that it installs.
  ///   - file: The path of the configuration in the checkout.
  /// - Returns: The text.
  func workflow(version: String, file: String) -> String {
    family == .gitLab ? pipeline(version, Snippet.quoted(file).text) : actions(version, Snippet.quoted(file).text)
  }

  private func actions(_ version: String, _ file: String) -> String {
    var text = """
      # \(Neutralized(workflowPath))
      name: publish

      on:
        push:
          tags: ["v*"]

      permissions: {}

      jobs:
        build:
          runs-on: ubuntu-latest
          permissions:
            contents: read
          steps:
            - uses: actions/checkout@v4
              with:
                persist-credentials: false
            - run: pipx run build
            - uses: actions/upload-artifact@v4
              with:
                name: dist
                path: dist

      """
    var before = ["build"]
    for job in jobs {
      text += """

          \(job.name):
            needs: [\(before.joined(separator: ", "))]
            runs-on: ubuntu-latest

        """
      if let environment = job.environment { text += "    environment: \(Snippet.quoted(environment))\n" }
      text += """
            # A job's block replaces the workflow's: id-token has to stand here.
            permissions:
              contents: read
              id-token: write
            env:
              # Named, so that a job without the file ends with an error and does not publish without its rules.
              TOKEN_BROKER_CONFIG: \(file)
            steps:
              - uses: actions/checkout@v4
                with:
                  sparse-checkout: \(file)
                  sparse-checkout-cone-mode: false
                  persist-credentials: false
              - uses: actions/download-artifact@v4
                with:
                  name: dist
                  path: dist
              - run: pipx install token-broker==\(version)
              - run: token-broker exec \(job.targets) -- pipx run twine upload dist/*

        """
      before.append(job.name)
    }
    return text
  }

  private func pipeline(_ version: String, _ file: String) -> String {
    var text = """
      # \(Neutralized(workflowPath))
      stages: [build, deploy]

      build:
        stage: build
        image: python:3-slim
        script:
          - python -I -m pip install --quiet build
          - python -I -m build
        artifacts:
          paths: [dist]

      """
    var before = ["build"]
    for job in jobs {
      text += """

        \(job.name):
          stage: deploy
          image: python:3-slim
          needs: [\(before.joined(separator: ", "))]
          rules:
            - if: $CI_COMMIT_TAG && $CI_COMMIT_REF_PROTECTED == "true"

        """
      if let environment = job.environment { text += "  environment: \(Snippet.quoted(environment))\n" }
      // Each identity token is good for one exchange, so that each registry has its own.
      text += "  id_tokens:\n"
      for registry in job.registries {
        text += "    \(registry.uppercased())_ID_TOKEN:\n      aud: \(registry)\n"
      }
      text += """
          variables:
            # Named, so that a job without the file ends with an error and does not publish without its rules.
            TOKEN_BROKER_CONFIG: \(file)
          before_script:
            - python -I -m pip install --quiet token-broker==\(version) twine
          script:
            - token-broker exec \(job.targets) -- twine upload dist/*

        """
      before.append(job.name)
    }
    return text
  }
}
