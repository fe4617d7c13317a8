/// A field in which a job differs from what it is compared with, as a cause: what to change at either end, the usual end
/// first.
struct DifferenceCause {
  let difference: FieldDifference
  let job: JobIdentity
  let input: DiagnosisInput
  /// The key of the configuration that says what is expected; nil if something else does.
  var key: Message?

  func cause(_ certainty: Cause.Certainty, _ summary: Message) -> Cause {
    Cause(
      difference.code, certainty, summary, fixes: fixes, fields: [difference.row],
      address: input.address(job),
      snippet: difference.field.role == .environment ? input.guide.environment(difference.expected) : nil)
  }

  private var registry: Message { Message(Neutralized(input.registry)) }
  private var words: Message { Message(difference.field.words) }
  private var expected: Message { "\(Neutralized.marked(difference.expected))" }
  private var actual: Message { "\(Neutralized.marked(difference.actual ?? ""))" }

  /// The change that gives the job the registered value.
  private func register(_ condition: Message = "") -> Message {
    guard difference.actual != nil else {
      return "Register a publisher at \(registry) without the \(words)\(key.map { ", and leave \($0) out" } ?? "")."
    }
    return "Register a publisher at \(registry) with the \(words) \(actual)"
      + (key.map { ", and change \($0) to that" } ?? "") + condition + "."
  }

  private var fixes: [Message] {
    // Invisible characters are never meant.
    if let key, DeceptiveText.isDeceptive(difference.expected), let value = difference.actual,
      !DeceptiveText.isDeceptive(value)
    {
      return ["Write \(actual) in \(key): what stands there has characters that look like others, or like none."]
    }
    switch difference.field.role {
    case .environment:
      return [
        "Name the environment \(expected) in the job\(difference.actual == nil ? "" : ", in place of \(actual)").",
        register(),
      ]
    case .file:
      let files = input.background.checkout.files.compactMap { input.guide.jobFile($0.path, $0.text) }
      if files.contains(where: { $0.name == difference.expected || $0.path == difference.expected }) {
        return ["Publish from \(expected), which is in the checkout; this job is defined in \(actual).", register()]
      }
      return [
        register(files.isEmpty ? ", if the file was renamed" : ": \(expected) is not in the checkout any more"),
        "Publish from \(expected), if that is still the file that is meant to.",
      ]
    case .repository:
      return [
        register(),
        "If this is a fork or a copy, publish from the repository with the \(words) \(expected).",
      ]
    case .other:
      return ["Run the publishing job with the \(words) \(expected).", register()]
    }
  }
}
