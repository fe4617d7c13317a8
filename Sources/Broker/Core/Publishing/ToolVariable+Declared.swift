extension ToolVariable {
  /// The key of the variables that an entry of `registries` says a command gets.
  public static let declaredKey = ConfigurationKey(
    "variables", summary: "the variables that a command gets, with {token}, {username} and {url}", kind: .map(.text),
    // What a command is told beside its token can lead it elsewhere.
    layering: .declared)

  /// Decodes them; none if the key is not there.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` for what decides what programs run, read or trust, for a value that is the
  ///   same for every credential, and where none holds the token.
  public static func declared(in object: ConfigurationObject) throws(BrokerError) -> [ToolVariable] {
    var variables: [ToolVariable] = []
    guard let map = try object.child("variables") else { return [] }
    for (name, value) in try object.templates(
      "variables", values: ["token", "password", "username", "url", "registry"])
    {
      guard Template.isVariableName(name) else { throw map.error(name, "is not the name of a variable") }
      guard !SteeringVariables.include(name) else {
        throw map.error(
          name, "decides what programs run, read or trust: no command is given it",
          remedy: "Have the command read its token from a variable of its own.")
      }
      guard !value.isText else {
        throw map.error(name, "is the same for every credential", remedy: "Set it in the job, or write {token} in it.")
      }
      variables.append(ToolVariable(name, value.text))
    }
    guard variables.contains(where: { $0.value.contains("{token}") || $0.value.contains("{password}") }) else {
      throw object.error("variables", "hold no token", remedy: "Write {token} as the value of one.")
    }
    return variables
  }
}
