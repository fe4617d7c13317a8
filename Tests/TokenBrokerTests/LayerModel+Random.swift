import BrokerCore
import GitHubProvider
import GitLabProvider
import TestSupport

/// Files and jobs out of few words, so that they meet.
extension LayerModel {
  private static let patterns: [String: [String]] = [
    "ref": [
      "refs/tags/v*", "refs/tags/*", "refs/tags/**", "refs/heads/main", "refs/heads/*", "refs/**", "refs/tags/v1.*",
      "refs/*/v*", "**/v1", "refs/tags/v1", "refs/heads/release/*", "refs/tags/*-rc", "*", "**",
    ],
    "ref-type": ["tag", "branch"],
    "ref-protected": ["true"],
    "environment": ["pypi", "py*", "*", "staging", "pypi*", "**"],
    "event": ["push", "release", "workflow_run", "pull_request_target", "*", "p*", "workflow_*"],
    "owner-id": ["1000", "1001"],
    "repository": ["octo-org/sample", "octo-org/*", "*/sample", "**", "octo-*/*"],
    "runner": ["hosted", "self-hosted"],
    "runner-id": ["12", "13", "14"],
    "service-account": ["a@p.example", "*@p.example", "a@*", "b@q.example", "**"],
    "service-account-id": ["104", "105"],
  ]

  private static let claims = [
    "ref", "ref-type", "ref-protected", "environment", "event", "owner-id", "repository", "runner", "runner-id",
    "service-account", "service-account-id",
  ]

  private static let addresses = [
    "https://pypi.example.com/legacy/", "https://evil.example/legacy/", "https://staging.example.com/",
    "https://upload.pypi.org/legacy/",
  ]

  static let hosts = ["upload.pypi.org", "test.pypi.org", "pypi.example.com", "evil.example", "staging.example.com"]

  static let audiences =
    ["pypi", "testpypi", "own", "other"] + hosts.flatMap { [$0, "https://\($0)", "index:\($0)"] }

  /// A file of any kind.
  static func random(_ generator: inout SeededGenerator) -> LayerModel {
    var model = LayerModel()
    if generator.oneIn(2) { model.providers = randomProviders(&generator) }
    if !generator.oneIn(3) { model.registries = randomRegistries(&generator) }
    let names = model.registries.map { $0.map(\.name) } ?? ["testpypi", "pypi"]
    if generator.oneIn(2), !names.isEmpty {
      model.routes = [("both", names), ("one", [generator.pick(names)])]
    }
    model.rules = randomRules(&generator)
    model.isAudit = generator.oneIn(5)
    return model
  }

  /// A file for below `upper`: parts of it, some of them changed.
  static func random(below upper: LayerModel, _ generator: inout SeededGenerator) -> LayerModel {
    var model = generator.oneIn(6) ? random(&generator) : upper
    model.added = []
    model.isAudit = generator.oneIn(4)
    if generator.oneIn(3) { model.providers = nil }
    if var providers = model.providers {
      if generator.oneIn(3) { providers = generator.some(providers) }
      for index in providers.indices {
        providers[index].rules = providers[index].rules.map { tightened($0, &generator) }
        if generator.oneIn(3) { providers[index].rules = randomRules(&generator) }
      }
      model.providers = providers
    }
    if generator.oneIn(3) { model.registries = nil }
    if generator.oneIn(2) { model.routes = nil }
    if generator.oneIn(3) { model.rules = [] }
    if var registries = model.registries {
      if generator.oneIn(3) { registries = generator.some(registries) }
      for index in registries.indices { change(&registries[index], &generator) }
      if generator.oneIn(8) { registries += randomRegistries(&generator).prefix(1) }
      if generator.oneIn(upper.added.isEmpty ? 4 : 2) {
        let address = upper.added.isEmpty ? generator.pick(addresses) : "https://staging.example.com/"
        registries.append(
          Registry(
            name: "mine", type: "pypi", address: address, audience: generator.pick([nil, "own", "own", "other"]),
            rules: []))
      }
      var names: Set<String> = []
      model.registries = registries.filter { names.insert($0.name).inserted }
    }
    model.rules = model.rules.map { tightened($0, &generator) }
    if generator.oneIn(3) {
      model.rules += randomRules(&generator).filter { new in !model.rules.contains { $0.claim == new.claim } }
    }
    let known = (model.registries ?? upper.registries).map { $0.map(\.name) } ?? ["testpypi", "pypi"]
    model.routes = model.routes?.map { ($0.name, $0.registries.filter(known.contains)) }.filter {
      !$0.registries.isEmpty
    }
    return model
  }

  private static func change(_ registry: inout Registry, _ generator: inout SeededGenerator) {
    if generator.oneIn(3) { (registry.address, registry.audience) = (nil, nil) }
    if generator.oneIn(12) { registry.address = generator.pick(addresses) }
    if generator.oneIn(12) { registry.audience = generator.pick(["own", "other", "pypi.example.com"]) }
    if generator.oneIn(20) { registry.type = generator.pick(["pypi", "testpypi"]) }
    registry.rules = registry.rules.map { tightened($0, &generator) }
    if generator.oneIn(3) { registry.rules = randomRules(&generator) }
  }

  private static func tightened(
    _ rule: (claim: String, values: [String]), _ generator: inout SeededGenerator
  ) -> (claim: String, values: [String]) {
    var values = generator.oneIn(2) ? generator.some(rule.values) : rule.values
    if generator.oneIn(3) {
      values = values.map { value in
        rule.claim == "ref" || rule.claim == "environment" ? filled(value, &generator) : value
      }
    }
    if generator.oneIn(8) { values.append(generator.pick(patterns[rule.claim] ?? [])) }
    return (rule.claim, values.isEmpty ? rule.values : values)
  }

  /// A text, or a tighter pattern, that a pattern matches.
  private static func filled(_ pattern: String, _ generator: inout SeededGenerator) -> String {
    pattern.replacing("**", with: generator.pick(["\u{1}\u{1}", "\u{1}", "a/b", "x"]))
      .replacing("*", with: generator.pick(["\u{1}", "x", "", "1\u{1}"])).replacing("\u{1}", with: "*")
      .replacing("***", with: "**")
  }

  private static func randomProviders(
    _ generator: inout SeededGenerator
  ) -> [(name: String, type: String, rules: Rules)] {
    let names = [("github", "github"), ("gitlab", "gitlab"), ("second", "github")]
    return generator.some(names).map { ($0.0, $0.1, generator.oneIn(2) ? randomRules(&generator) : []) }
  }

  private static func randomRegistries(_ generator: inout SeededGenerator) -> [Registry] {
    var registries = generator.some(["pypi", "testpypi"]).map { Registry(name: $0, type: $0, rules: []) }
    if generator.oneIn(2) {
      registries.append(
        Registry(
          name: "internal", type: generator.pick(["pypi", "testpypi"]), address: addresses[0],
          audience: generator.oneIn(2) ? "own" : nil, rules: []))
    }
    for index in registries.indices where generator.oneIn(2) { registries[index].rules = randomRules(&generator) }
    return registries
  }

  private static func randomRules(_ generator: inout SeededGenerator) -> Rules {
    claims.filter { _ in generator.oneIn(4) }.map { claim in
      let known = patterns[claim] ?? []
      var values = [generator.pick(known)]
      if generator.oneIn(2), claim != "ref-protected" { values.append(generator.pick(known)) }
      return (claim, values)
    }
  }

  /// A job that some of the rules may admit: its claims are texts that their patterns match, for the most part.
  static func randomJob(
    for models: [LayerModel], of providers: [(name: String, type: String)], _ generator: inout SeededGenerator
  ) -> JobIdentity {
    let provider = providers.isEmpty || generator.oneIn(6) ? nil : generator.pick(providers)
    let rules = models.flatMap { model in
      model.rules + (model.registries ?? []).flatMap(\.rules)
        + (model.providers ?? []).filter { $0.name == provider?.name || provider == nil }.flatMap(\.rules)
    }
    func value(_ claim: String, _ others: [String], _ generator: inout SeededGenerator) -> String? {
      let written = rules.filter { $0.claim == claim }.flatMap(\.values)
      if !written.isEmpty, !generator.oneIn(4) {
        return generator.pick(written).replacing("**", with: generator.pick(["x", "a/b", "v1"]))
          .replacing("*", with: generator.pick(["x", "", "1.2", "a/b"]))
      }
      return generator.oneIn(10) ? nil : generator.pick(others)
    }
    var job = JobIdentity(family: provider?.type == "gitlab" ? .gitLab : .gitHub)
    job.provider = provider?.name
    job.runnerID = value("runner-id", ["12", "13"], &generator)
    job.ref = value("ref", ["refs/tags/v1", "refs/heads/main", "refs/heads/release/1"], &generator)
    job.refType = value("ref-type", ["tag", "branch"], &generator)
    job.refProtected = generator.oneIn(4) ? false : true
    job.environment = value("environment", ["pypi", "staging"], &generator)
    job.event = value("event", ["push", "release", "workflow_run", "pull_request_target"], &generator)
    job.ownerID = value("owner-id", ["1000", "1001"], &generator)
    let repository = value("repository", ["octo-org/sample", "other/sample"], &generator)?.split(separator: "/")
    job.owner = repository?.dropLast().joined(separator: "/")
    job.repository = repository?.last.map(String.init)
    job.fields[.serviceAccount] = value("service-account", ["a@p.example", "b@q.example"], &generator)
    job.fields[.serviceAccountID] = value("service-account-id", ["104", "105"], &generator)
    job.runner = value("runner", ["github-hosted", "self-hosted"], &generator).map {
      $0 == "hosted" ? "github-hosted" : $0
    }
    return job
  }
}
