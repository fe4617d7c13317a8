import BrokerCore
import BrokerPrograms
import BrokerSystem

/// `token-broker plugins new`: a program that passes `plugins check`, and its test.
enum PluginsNewCommand: Command {
  static let name = "plugins new"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "write a program that is a plug-in, and its test, to begin with",
      operands: "NAME", operandCount: 1...1,
      options: [
        OptionSpec("--kind", "KIND", "provider or registry", choices: PluginKind.allCases.map(\.rawValue)),
        OptionSpec(
          "--language", "LANGUAGE", "sh (POSIX) or python (standard library)",
          choices: SampleLanguage.allCases.map(\.rawValue)),
      ],
      notes: [
        "Writes NAME and NAME-test into the current folder, none of which may be there. A provider's program takes the identity token from a "
          + "variable; a registry's exchanges it with one request. Both say in their comments what to change. "
          + "docs/plugin-protocol.md is the whole protocol."
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let name = arguments.operands[0]
    guard EntryName.isValid(name) else {
      throw BrokerError(
        .usage, "\(Neutralized.quotedName(name)) is not a name.", remedy: "Use \(EntryName.rule).")
    }
    guard let kind = arguments.value("--kind").flatMap(PluginKind.init),
      let language = arguments.value("--language").flatMap(SampleLanguage.init)
    else {
      throw BrokerError(
        .usage, "--kind and --language say what is written.",
        remedy: "Write --kind provider or registry, and --language sh or python.")
    }
    let sample = SamplePlugin(name: name, kind: kind, language: language)
    let files = [(name, sample.program), ("\(name)-test", sample.test)]
    for (file, _) in files where FileReader.isListed(file) {
      throw BrokerError(
        .usage, "\(Neutralized(file)) is there already, and is not replaced.",
        remedy: "Choose another name, or another folder.")
    }
    for (file, text) in files { try RunnableText.write(file, Array(text.utf8)) }
    return surroundings.console.write(
      "\(Neutralized(name)) and \(Neutralized(name))-test are written. Try them: ./\(Neutralized(name))-test, and token-broker plugins check ./\(Neutralized(name)).\n"
    )
  }
}
