import BrokerCore

/// What the lines of a workflow or pipeline file say about publishing (``JobFile``), each with its origin.
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

  private static let marks = ["id-token: write", "id-token: \"write\"", "id_tokens:"]

  init(path: String, text: String) {
    file = JobFile(path: path, text: text, marks: Self.marks)
    environments = file.environments.map {
      Sourced($0.name, "\(Neutralized(path)), line \($0.line)")
    }
  }
}
