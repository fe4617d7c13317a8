import BrokerCore

/// A text with which crates.io refuses an exchange, and what it means.
///
/// In its sentences `{registry}` stands for the registry's name, and `{name}` for what the text names in back quotes.
struct RefusalRow: Sendable {
  /// A part of the text; the text has all of them, in this order.
  let texts: [String]
  /// The statuses that it comes with; any if empty.
  var statuses: [Int] = []
  /// The cause's name.
  let code: Message
  var certainty = Cause.Certainty.certain
  /// Whether it is about the publisher that is registered.
  var isAboutPublisher = false
  /// What the error says to do.
  let remedy: Message
  /// What it means.
  let summary: Message
  let fixes: [Message]
  /// Whether what the token says about itself goes before this row.
  var isAboutToken = false
  /// The field that differs, and the words in front of the expected values.
  var compared: Compared?

  /// A field of which the text names the expected values.
  struct Compared: Sendable {
    let label: Message
    let value: @Sendable (JobIdentity) -> String?
    /// What stands in front of the expected values.
    let words: String
  }

  func fits(_ text: String, status: Int?) -> Bool {
    guard statuses.isEmpty || status.map(statuses.contains) ?? true else { return false }
    var rest = text[...]
    for part in texts {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}

/// The refusals of an exchange (src/controllers/trustpub/tokens/exchange/mod.rs), in the order in which they are checked;
/// the texts are read to be explained, and nothing is decided by them.
enum RefusalTable {
  static let rows = [
    RefusalRow(
      texts: ["Failed to decode JWT"], code: "token-refused", certainty: .likely,
      remedy: "crates.io has one text for a wrong audience, an expired token and a signature: see the causes below.",
      summary:
        "{registry} has this one text for a token that is malformed, made out to another audience, expired, not yet valid, "
        + "or signed with a key that it does not have; audience and times were looked at before it was sent.",
      fixes: [
        "Run the job again: after a rotation of the issuer's keys it passes within minutes.",
        "Pass the provider's token on whole and unchanged.",
      ], isAboutToken: true),
    RefusalRow(
      texts: ["Unsupported JWT issuer: "], code: "issuer-unknown",
      remedy: "Publish from github.com or gitlab.com: crates.io takes no other issuer.",
      summary: "{registry} takes identity tokens of github.com and gitlab.com alone, and of no server of one's own.",
      fixes: ["Publish from github.com or gitlab.com, or with an API token of a person."]),
    RefusalRow(
      texts: ["JWT key ID"], code: "token-key-unknown", certainty: .likely,
      remedy: "Try again in some minutes: the issuer's keys may just have been rotated.",
      summary: "{registry} does not have the key that the identity token names.",
      fixes: [
        "Run the job again in some minutes: the issuer's keys may just have been rotated.",
        "Pass the provider's own token on: one that was made by something else is refused.",
      ]),
    RefusalRow(
      texts: ["JWT has already been used"], code: "token-reused",
      remedy: "An identity token is good for one exchange: give the job one for each.",
      summary:
        "This identity token was exchanged before: another tool in the job, or another mint, has used it up.",
      fixes: [
        "Publish all crates in one run of exec, and take other steps that exchange tokens out of the job.",
        "Give the job one identity token for each exchange.",
      ]),
    RefusalRow(
      texts: ["Trusted Publishing does not support the `", "` event trigger"], code: "event-refused",
      remedy: "Start the publishing workflow by push (of a tag), release or workflow_dispatch.",
      summary:
        "{registry} takes no job that was started by {name}: such a job can run other people's code with the repository's "
        + "identity.", fixes: ["Start the publishing workflow by push (of a tag), release or workflow_dispatch."]),
    RefusalRow(
      texts: ["Unexpected `", "` value"], code: "claim-unexpected", certainty: .likely,
      remedy: "See the cause below: a claim of the identity token has another form than the hosted service's.",
      summary: "The claim {name} of the identity token has another form than {registry} reads.",
      fixes: [
        "Keep the pipeline's top-level file in the project itself, and publish from the hosted service: what stands before it may "
          + "change claims."
      ]),
    RefusalRow(
      texts: ["No Trusted Publishing config found for repository `"], code: "publisher-missing",
      isAboutPublisher: true,
      remedy: "Register a trusted publisher in the settings of each crate that this repository publishes.",
      summary: "No crate at {registry} has a trusted publisher for the repository {name}.",
      fixes: [
        "Register one in the settings of each crate, with the values below.",
        "If the repository was renamed or moved, register its name of today.",
      ]),
    differs(
      ["does not match the repository owner ID (", "in the JWT"], "owner-id-differs", "Owner's id",
      "Expected owner IDs: "
    ) { $0.ownerID },
    differs(
      ["does not match the namespace ID (", "in the JWT"], "owner-id-differs", "Namespace's id",
      "Expected namespace IDs: "
    ) { $0.ownerID },
    differs(
      ["does not match the workflow filename `", "in the JWT"], "calling-workflow-differs", "Workflow filename",
      "Expected workflow filenames: "
    ) { $0.fields[.callingWorkflow] },
    differs(
      ["does not match the workflow filepath `", "in the JWT"], "pipeline-file-differs", "Workflow filepath",
      "Expected workflow filepaths: "
    ) { $0.fields[.pipelineFile] },
    differs(
      ["does not match the environment `", "in the JWT"], "environment-differs", "Environment name",
      "Expected environments: "
    ) { $0.environment },
    differs(
      ["requires an environment, but the JWT does not specify one"], "environment-missing", "Environment name",
      "Expected environments: "
    ) { $0.environment },
    RefusalRow(
      texts: ["include a `User-Agent` header"], code: "user-agent-missing",
      remedy: "Have the proxy between the job and crates.io leave the field User-Agent as it is.",
      summary: "Something between the job and {registry} took the field User-Agent out of the request, or replaced it.",
      fixes: ["Have the proxy leave the field as it is, or reach {registry} without it (no_proxy)."]),
    RefusalRow(
      texts: ["We are unable to process your request at this time"], code: "client-blocked", certainty: .likely,
      remedy: "Have crates.io asked why it blocks these requests: help@crates.io.",
      summary: "{registry} blocks requests like this one: by the program's name, or by where they come from.",
      fixes: ["Write to help@crates.io, and say from which network the job publishes."]),
    RefusalRow(
      texts: [], statuses: [415, 422], code: "request-malformed", certainty: .possible,
      remedy: "Look whether a proxy changes the request; else report this as a fault of token-broker.",
      summary: "{registry} could not read the request: something on the way changed it, or the protocol has changed.",
      fixes: ["Look whether a proxy changes requests; else report this as a fault of token-broker."]),
  ]

  /// The row of a text; nil if none fits.
  ///
  /// The status is nil for a text in a log.
  static func row(for text: String, status: Int?) -> RefusalRow? { rows.first { $0.fits(text, status: status) } }

  private static func differs(
    _ texts: [String], _ code: Message, _ label: Message, _ words: String,
    _ value: @escaping @Sendable (JobIdentity) -> String?
  ) -> RefusalRow {
    let isID = code == "owner-id-differs"
    return RefusalRow(
      texts: texts, code: code, isAboutPublisher: true,
      remedy: isID
        ? "Register the trusted publisher again: the account or group was made anew since, or its name taken over."
        : "Change the trusted publisher in the crate's settings, or the job: see the two values below.",
      summary: code == "environment-missing"
        ? "The trusted publishers for {name} name an environment, and the job has none."
        : "A trusted publisher for {name} is registered, with another \(lowercased(label)) than the job's.",
      fixes: isID
        ? [
          "If the account was deleted and made again, or renamed, delete the publisher at {registry} and register it again.",
          "If its name was taken over by somebody else, do not: the crate would be theirs to publish.",
        ]
        : code == "environment-missing"
          ? [
            "Name the expected environment in the job, or register a publisher without one."
          ]
          : [
            "Run the job as it is registered, or register a publisher for this job as it is."
          ],
      compared: RefusalRow.Compared(label: label, value: value, words: words))
  }

  private static func lowercased(_ label: Message) -> Message {
    label == "Environment name"
      ? "environment" : label == "Workflow filename" || label == "Workflow filepath" ? "file" : "id of its owner"
  }
}
