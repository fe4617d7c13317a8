import BrokerCore

extension ProviderAdoption {
  /// Where the repositories of our own CI are, and what is written into `.own-ci.yml`.
  static let ownCI = ProviderAdoption(
    hosting: RepositoryHosting(
      "code.example.com", aliases: ["ssh.code.example.com"], serverVariables: ["OWN_CI_SERVER"],
      issuer: { _ in "https://ci.example.com" }),
    jobFile: { path, text in path == ".own-ci.yml" ? JobFile(path: path, text: text, tokenKey: "identity") : nil },
    tokenMark: "identity", write: { $0.ownCIText })
}

extension NewWorkflow {
  /// Jobs that run one after the other; each has one identity token, for the audience that it names.
  var ownCIText: String {
    var text = "# \(path)\n"
    for job in jobs {
      let audience = job.registries.first?.audience ?? ""
      text += "\(job.name):\n  identity: \(audience)\n  variables: {TOKEN_BROKER_CONFIG: \(configuration)}\n  run:\n"
      let commands = recipe.onMachine
      for command in commands.build + commands.prepare(with: version) { text += "    - \(command)\n" }
      text += "    - token-broker exec \(job.targets) -- \(commands.publish)\n"
    }
    return text
  }
}
