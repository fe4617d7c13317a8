import BrokerCore

/// The names of the variables that hold the identity token for an audience where none is configured.
///
/// `AUDIENCE_ID_TOKEN` is a convention of publishing clients, and they write unusual audiences in two ways: `id` makes a
/// leading digit an underscore and upper-cases beyond ASCII, `ambient-id` does neither. For `pypi` both are
/// `PYPI_ID_TOKEN`.
enum GitLabVariableNames {
  static func candidates(for audience: Audience) -> [String] {
    let first = substituted(audience.value.uppercased(), leadingDigit: false)
    let second = substituted(audience.value, leadingDigit: true)
    return first == second ? [first] : [first, second]
  }

  private static func substituted(_ text: String, leadingDigit: Bool) -> String {
    var name = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
      switch scalar {
      case "A"..."Z", "_": name.unicodeScalars.append(scalar)
      case "0"..."9" where index > 0 || leadingDigit: name.unicodeScalars.append(scalar)
      case "a"..."z": name += String(scalar).uppercased()
      default: name += "_"
      }
    }
    return name + "_ID_TOKEN"
  }
}
