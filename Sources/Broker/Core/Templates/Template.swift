/// A text with placeholders in braces, as a configuration has it.
///
/// `{audience}` stands for a value that the program knows, `{CI_JOB_URL}` for a variable of the job. Braces around anything
/// else are text: `{"aud":{audience-json}}` has one placeholder.
public struct Template: Sendable, Equatable {
  /// A piece of a template.
  public enum Part: Sendable, Equatable {
    /// Text as it stands.
    case text(String)
    /// The value of a name in lower case.
    case value(String)
    /// The value of a variable.
    case variable(String)
  }

  /// The text as it was written.
  public let text: String
  /// The pieces, in order.
  public let parts: [Part]

  /// A template; every text is one.
  public init(_ text: String) {
    self.text = text
    var parts: [Part] = []
    var plain = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      plain += rest[..<open]
      let inner = rest[rest.index(after: open)...]
      if let close = inner.firstIndex(of: "}"), let part = Self.placeholder(inner[..<close]) {
        if !plain.isEmpty { parts.append(.text(plain)) }
        plain = ""
        parts.append(part)
        rest = inner[inner.index(after: close)...]
      } else {
        plain.append("{")
        rest = inner
      }
    }
    plain += rest
    if !plain.isEmpty { parts.append(.text(plain)) }
    self.parts = parts
  }

  /// The names of the values in it.
  public var values: [String] { parts.compactMap { if case .value(let name) = $0 { name } else { nil } } }

  /// The names of the variables in it.
  public var variables: [String] { parts.compactMap { if case .variable(let name) = $0 { name } else { nil } } }

  /// Whether nothing in it stands for something else.
  public var isText: Bool { values.isEmpty && variables.isEmpty }

  /// The text with `fill` in place of each placeholder.
  public func filled(_ fill: (Part) throws(BrokerError) -> String) throws(BrokerError) -> String {
    var output = ""
    for part in parts {
      if case .text(let text) = part { output += text } else { output += try fill(part) }
    }
    return output
  }

  /// Whether a text is the name of a variable: letters, digits and underscores, no digit first, at most 255.
  public static func isVariableName(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first), text.utf8.count <= 255 else { return false }
    return text.utf8.allSatisfy {
      (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
    }
  }

  private static func placeholder(_ name: Substring) -> Part? {
    guard let first = name.utf8.first, name.utf8.count <= 255 else { return nil }
    if (0x61...0x7A).contains(first) {
      let isName = name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
      return isName ? .value(String(name)) : nil
    }
    // A variable is in capitals here, so that no word in braces is taken for one.
    let isVariable = isVariableName(name) && name.utf8.allSatisfy { !(0x61...0x7A).contains($0) }
    return isVariable ? .variable(String(name)) : nil
  }
}

extension ConfigurationObject {
  /// A template whose placeholders are among those that may stand there.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - values: The names of the values.
  ///   - takesVariables: Whether it may have variables.
  /// - Returns: The template; nil if the key is not there.
  /// - Throws: ``ErrorCode/configurationInvalid`` if the key holds something else, or another placeholder.
  public func template(
    _ key: String, values: [String], takesVariables: Bool = false
  ) throws(BrokerError) -> Template? {
    guard let text = try string(key) else { return nil }
    let template = Template(text)
    try check(template, at: key, values: values, takesVariables: takesVariables)
    return template
  }

  /// The templates of an object of texts, in written order; empty if the key is not there.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with the place of the first that is wrong.
  public func templates(
    _ key: String, values: [String], takesVariables: Bool = false
  ) throws(BrokerError) -> [(name: String, value: Template)] {
    guard let map = try child(key) else { return [] }
    var templates: [(name: String, value: Template)] = []
    for name in map.keys {
      guard let value = try map.template(name, values: values, takesVariables: takesVariables) else { continue }
      templates.append((name, value))
    }
    return templates
  }

  /// Refuses a placeholder that may not stand there.
  func check(
    _ template: Template, at key: String, values: [String], takesVariables: Bool
  ) throws(BrokerError) {
    for name in template.values where !values.contains(name) {
      throw error(
        key, "has the placeholder {\(Neutralized(name, limit: 64))}, which has no value there",
        remedy: NearestName.remedy(for: name, among: values))
    }
    guard takesVariables || template.variables.isEmpty else {
      throw error(
        key, "has the placeholder {\(Neutralized(template.variables[0], limit: 64))}, and no variable is read there",
        remedy: NearestName.remedy(for: template.variables[0].lowercased(), among: values))
    }
  }
}
