import BrokerCore

extension NewWorkflow {
  /// A pipeline that publishes on protected tags: what is made is handed on, so that what makes it has no identity.
  var gitLabText: String {
    let commands = recipe.inImage
    let prepare = commands.prepare(with: version)
    var text = "# \(Neutralized(path))\nstages: [\(recipe.folder == nil ? "deploy" : "build, deploy")]\n"
    var before: [String] = []
    if let folder = recipe.folder {
      text += """

        build:
          stage: build
          image: \(recipe.image)
          script:
        \(commands.build.map { "    - \($0)\n" }.joined())\
          artifacts:
            paths: [\(folder)]

        """
      before = ["build"]
    }
    for job in jobs {
      text += "\n\(job.name):\n  stage: deploy\n  image: \(recipe.image)\n"
      if !before.isEmpty { text += "  needs: [\(before.joined(separator: ", "))]\n" }
      text += """
          rules:
            - if: $CI_COMMIT_TAG && $CI_COMMIT_REF_PROTECTED == "true"

        """
      if let environment = job.environment { text += "  environment: \(Snippet.quoted(environment))\n" }
      // Each identity token is good for one exchange, so that each registry has its own.
      text += "  id_tokens:\n"
      for registry in job.registries {
        let name = registry.name.uppercased().replacing("-", with: "_")
        text += "    \(name)_ID_TOKEN:\n      aud: \(Snippet.quoted(registry.audience))\n"
      }
      text += """
          variables:
            # Named, so that a job without the file ends with an error and does not publish without its rules.
            TOKEN_BROKER_CONFIG: \(configuration)

        """
      if !prepare.isEmpty { text += "  before_script:\n\(prepare.map { "    - \($0)\n" }.joined())" }
      text += "  script:\n    - token-broker exec \(job.targets) -- \(commands.publish)\n"
      before.append(job.name)
    }
    return text
  }
}
