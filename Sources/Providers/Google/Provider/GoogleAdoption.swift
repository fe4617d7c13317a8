import BrokerCore

extension ProviderAdoption {
  /// Builds of Cloud Build: a job has no repository, and the file may say as which account it runs.
  static let google = ProviderAdoption(jobFile: GoogleBuildFile.read, write: { $0.googleText })
}

/// The file of a build (cloud.google.com, "Build configuration file schema").
enum GoogleBuildFile {
  /// What its lines say: the account, where it is written out (`projects/PROJECT/serviceAccounts/ADDRESS`).
  static func read(_ path: String, _ text: String) -> JobFile? {
    var values: [JobField: Reading<String>] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      guard line.hasPrefix("serviceAccount:"), let last = line.lastPathPart else { continue }
      let address = last.prefix { !" \t\"'#".contains($0) }
      guard let account = GoogleAccount(String(address), from: "") else { continue }
      values[.serviceAccount] = .known(account.address, FilePlace(path, line: index + 1))
    }
    return JobFile(path: path, identities: [], environments: [], values: values)
  }
}

extension NewWorkflow {
  /// A build that makes the files and publishes them.
  fileprivate var googleText: String {
    let commands = recipe.inImage
    func step(_ lines: [String], _ variable: String = "") -> String {
      """
        - name: \(recipe.image)
          entrypoint: sh
      \(variable)\
          args:
            - -ec
            - |
      \(lines.map { "        \($0)\n" }.joined())
      """
    }
    // The path is quoted as a whole.
    let path = configuration.hasPrefix("\"") ? String(configuration.dropFirst().dropLast()) : configuration
    let variable = """
          env:
            # Named, so that a build without the file ends with an error and does not publish without its rules.
            - \(Snippet.quoted("TOKEN_BROKER_CONFIG=\(path)"))

      """
    var text = "# \(Neutralized(self.path))\nsteps:\n"
    if !commands.build.isEmpty { text += step(commands.build) }
    for job in jobs {
      text += step(
        commands.prepare(with: version) + ["token-broker exec \(job.targets) -- \(commands.publish)"], variable)
    }
    text += "# Every step has this account's identity: whatever runs in the build can publish.\n"
    if let address = values[.serviceAccount].flatMap({ GoogleAccount($0, from: "") })?.address {
      let project = address.split(separator: "@").last?.prefix { $0 != "." } ?? "PROJECT"
      text += "serviceAccount: \(Snippet.quoted("projects/\(project)/serviceAccounts/\(address)"))\n"
    } else {
      text += "serviceAccount: projects/PROJECT/serviceAccounts/ADDRESS\n"
    }
    return text + "options:\n  logging: CLOUD_LOGGING_ONLY\n"
  }
}
