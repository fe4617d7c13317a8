import BrokerSandbox

/// Names of projects as PyPI compares them.
enum ProjectName {
  /// Lower case, runs of `-`, `_` and `.` as one hyphen (PEP 503).
  static func normalized(_ name: String) -> String {
    var text = ""
    for character in name.lowercased() {
      let isSeparator = "-_.".contains(character)
      if isSeparator, text.last == "-" { continue }
      text.append(isSeparator ? "-" : character)
    }
    return text
  }

  /// The form in which names that look alike are equal (Warehouse, ultranormalize_name).
  static func lookalike(_ name: String) -> String {
    var text = ""
    for character in name.lowercased() where !"-_.".contains(character) {
      switch character {
      case "l", "i": text.append("1")
      case "o": text.append("0")
      default: text.append(character)
      }
    }
    return text
  }

  /// Some modules of Python's standard library, whose names are refused.
  static let standardLibrary: Set<String> = [
    "argparse", "asyncio", "collections", "contextlib", "dataclasses", "datetime", "email", "functools", "hashlib",
    "http", "io", "json", "logging", "os", "pathlib", "random", "re", "secrets", "socket", "sqlite3", "ssl", "string",
    "subprocess", "sys", "tempfile", "threading", "time", "tomllib", "typing", "unittest", "urllib", "uuid", "xml",
    "zipfile", "zoneinfo",
  ]
}
