import BrokerCore

/// What the lines of a file that defines jobs say about publishing (``JobFile``), each with its origin.
struct WorkflowFile: Sendable, Equatable {
  private let file: JobFile

  /// The path in the repository.
  var path: String { file.path }
  /// The line that lets a job have an identity token; nil if there is none.
  var tokenLine: Int? { file.tokenLine }
  /// The names of deployment environments, each with its first line.
  let environments: [Sourced<String>]

  /// The last part of the path.
  var name: String { file.name }

  /// What it says that its jobs are, beside their environments; nil if it does not say.
  func value(of field: JobField) -> Sourced<String>? {
    guard case .known(let value, let place)? = file.values[field] else { return nil }
    return Sourced(value, "\(Neutralized(file.path)), line \(place.line)")
  }

  init(_ file: JobFile) {
    self.file = file
    environments = file.environments.map {
      Sourced($0.name, "\(Neutralized(file.path)), line \($0.line)")
    }
  }
}
