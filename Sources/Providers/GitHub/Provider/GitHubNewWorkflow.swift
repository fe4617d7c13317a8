import BrokerCore

extension NewWorkflow {
  /// A workflow that publishes on tags: what is made is handed on, so that what makes it has no identity.
  var gitHubText: String {
    let commands = recipe.onMachine
    var text = """
      # \(Neutralized(path))
      name: publish

      on:
        push:
          tags: ["v*"]

      permissions: {}

      jobs:

      """
    var before: [String] = []
    if let folder = recipe.folder {
      text += """
          build:
            runs-on: ubuntu-latest
            permissions:
              contents: read
            steps:
              - uses: actions/checkout@v4
                with:
                  persist-credentials: false
        \(commands.build.map { "      - run: \($0)\n" }.joined())\
              - uses: actions/upload-artifact@v4
                with:
                  name: dist
                  path: \(folder)

        """
      before = ["build"]
    }
    for job in jobs {
      if !before.isEmpty { text += "\n" }
      text += "  \(job.name):\n"
      if !before.isEmpty { text += "    needs: [\(before.joined(separator: ", "))]\n" }
      text += "    runs-on: ubuntu-latest\n"
      if let environment = job.environment { text += "    environment: \(Snippet.quoted(environment))\n" }
      text += """
            # A job's block replaces the workflow's: id-token has to stand here.
            permissions:
              contents: read
              id-token: write
            env:
              # Named, so that a job without the file ends with an error and does not publish without its rules.
              TOKEN_BROKER_CONFIG: \(configuration)
            steps:

        """
      text += checkout
      for command in commands.prepare(with: version) { text += "      - run: \(command)\n" }
      text += "      - run: token-broker exec \(job.targets) -- \(commands.publish)\n"
      before.append(job.name)
    }
    return text
  }

  /// What brings a job the configuration, and the files: what was made before, or the whole checkout to make them of.
  private var checkout: String {
    guard let folder = recipe.folder else {
      return """
              - uses: actions/checkout@v4
                with:
                  persist-credentials: false

        """
    }
    return """
            - uses: actions/checkout@v4
              with:
                sparse-checkout: \(configuration)
                sparse-checkout-cone-mode: false
                persist-credentials: false
            - uses: actions/download-artifact@v4
              with:
                name: dist
                path: \(folder)

      """
  }
}
