import BrokerCore

extension FailureRow {
  /// A configuration that expects something of PyPI's jobs.
  static func expecting(_ members: String) -> [(name: String, text: String)] {
    [("token-broker.json", #"{"version":1,"registries":{"pypi":{"expect":{\#(members)}}}}"#)]
  }

  static let expectationRows: [FailureRow] = [
    FailureRow(
      .expectation, "An environment is expected, and the job names none", gitHub("--job environment="),
      .expectationFailed,
      ["environment-missing"], ["Name the environment \"pypi\" in the job", "this job expected", "(none) \"pypi\""],
      files: expecting(#""owner":"octo-org","repository":"sample","workflow":"release.yml","environment":"pypi""#)),
    FailureRow(
      .expectation, "Another workflow file is expected", gitHub(""), .expectationFailed, ["workflow-differs"],
      ["\"release.yml\" \"publish.yml\"", "registries.pypi.expect.workflow"],
      files: expecting(#""workflow":"publish.yml""#)),
    FailureRow(
      .expectation, "The owner is expected in another case", gitHub(""), .expectationFailed, ["owner-differs"],
      ["they differ in case"], files: expecting(#""owner":"Octo-Org""#)),
    FailureRow(
      .expectation, "A letter that looks like another", gitHub(""), .expectationFailed, ["workflow-differs"],
      ["<U+0430 looks like a>", "look alike"], files: expecting(#""workflow":"rele\u0430se.yml""#)),
    FailureRow(
      .expectation, "A character that nobody sees", gitHub("--claim environment=pypi"), .expectationFailed,
      ["environment-differs"], ["py<U+200B invisible>pi", "look alike"],
      files: expecting(#""environment":"py\u200Bpi""#)),
    FailureRow(
      .expectation, "A space at the end", gitHub("--claim environment=pypi"), .expectationFailed,
      ["environment-differs"], ["pypi<U+0020 SPACE>"], files: expecting(#""environment":"pypi ""#)),
    FailureRow(
      .expectation, "GitLab: another pipeline file is expected", gitLab("--job workflow=.gitlab-ci.yml"),
      .expectationFailed,
      ["pipeline-file-differs"], ["\".gitlab-ci.yml\" \"ci/release.yml\""],
      files: expecting(#""namespace":"octo-group/sub","project":"sample","pipeline-file":"ci/release.yml""#)),
    FailureRow(
      .expectation, "A job of another provider is expected", gitHub(""), .expectationFailed, ["provider-differs"],
      ["Publish from GitLab"], files: expecting(#""namespace":"octo-group""#)),
    FailureRow(
      .expectation, "The job is as expected, and the registry knows no such publisher",
      gitHub("--claim environment=staging --publisher provider=github,owner=octo-org,repository=sample,workflow=x.yml"),
      .publisherNotFound, ["environment-differs", "publisher-differs"],
      ["One of these fields (Owner, Repository name, Workflow name: as expect says) differs"],
      absent: ["The job is the one that expect describes"],
      files: expecting(#""owner":"octo-org","repository":"sample","workflow":"release.yml""#)),
    FailureRow(
      .expectation, "Keys of two providers in one expectation", gitHub(""), .configurationInvalid, [],
      ["registries.pypi.expect.namespace belongs to GitLab, and owner to GitHub"],
      files: expecting(#""owner":"octo-org","namespace":"octo-group""#)),
    FailureRow(
      .two, "Workflow and environment differ from what is expected", gitHub("--claim environment=staging"),
      .expectationFailed, ["workflow-differs", "environment-differs"], ["\"staging\""],
      files: expecting(#""workflow":"publish.yml","environment":"pypi""#)),
    FailureRow(
      .quiet, "GitHub: an environment in another case than expected, which PyPI takes for the same",
      gitHub("--claim environment=PyPI"), nil, [], ["API token written"],
      files: expecting(#""owner":"octo-org","environment":"pypi""#)),
  ]
}
