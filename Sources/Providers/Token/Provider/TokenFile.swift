import BrokerCore

/// Files that hold identity tokens, and those that are never sent anywhere.
enum TokenFile {
  /// Where Kubernetes puts the token of a pod's service account, which is for its own API server (kubernetes.io, "Configure
  /// Service Accounts for Pods"); `/var/run` is a link to `/run`.
  private static let withheld = [
    "/var/run/secrets/kubernetes.io/serviceaccount", "/run/secrets/kubernetes.io/serviceaccount",
  ]

  static func check(_ path: Template, in object: ConfigurationObject) throws(BrokerError) {
    guard path.variables.isEmpty else {
      guard path.parts.count == 1 else {
        throw object.error(
          "file", "has a variable and something else", remedy: "Write the path, or the variable that holds it.")
      }
      return
    }
    if let reason = obstacle(to: path.text) { throw object.error("file", reason, remedy: remedy) }
  }

  /// Why a file is not read; nil if nothing is in the way.
  static func obstacle(to path: String) -> Message? {
    guard path.hasPrefix("/") else { return "is not an absolute path" }
    let plain = normal(path)
    guard !withheld.contains(where: { plain == $0 || plain.hasPrefix("\($0)/") }) else {
      return "is the token of the pod's own service account, which is for the cluster's API server alone"
    }
    return nil
  }

  static let remedy: Message =
    "Write an absolute path; in Kubernetes, that of a projected volume with an audience of its own (serviceAccountToken)."

  /// A path without empty segments, `.` and `..`.
  private static func normal(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") {
      switch part {
      case ".": break
      case "..": _ = parts.popLast()
      default: parts.append(part)
      }
    }
    return "/" + parts.joined(separator: "/")
  }
}
