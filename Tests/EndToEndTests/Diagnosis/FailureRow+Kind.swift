import BrokerCore

extension FailureRow {
  /// What is said first: the error, its likeliest cause, and words of what to change.
  private typealias Said = (code: ErrorCode?, cause: String, words: [String])

  /// A kind of misconfigured job, twice: untold, and told by `expect` what its publisher was registered with.
  private static func kind(
    _ title: String, _ command: String, _ untold: Said, expect: String, _ told: Said? = nil,
    files: [(name: String, text: String)] = []
  ) -> [FailureRow] {
    let told = told ?? untold
    return [
      FailureRow(.untold, "\(title) (untold)", command, untold.code, [untold.cause], untold.words, files: files),
      FailureRow(
        .told, "\(title) (told)", command, told.code, [told.cause], told.words,
        files: files.filter { $0.name != "token-broker.json" } + expecting(expect)),
    ]
  }

  private static let sample = #""owner":"octo-org","repository":"sample","workflow":"release.yml""#
  private static let inPyPI = #""owner":"octo-org","repository":"sample","workflow":"release.yml","environment":"pypi""#
  private static let gitLabSample =
    #""namespace":"octo-group/sub","project":"sample","pipeline-file":".gitlab-ci.yml""#

  private static func publisher(_ parts: String = "") -> String {
    "--publisher provider=github,owner=octo-org,repository=sample,workflow=release.yml\(parts)"
  }

  private static func release(_ parts: String) -> String {
    "--release project=sample,version=1.4.2,provider=github,\(parts)"
  }

  private static func file(_ path: String) -> String {
    "--claim workflow_ref=octo-org/sample/.github/workflows/\(path)@refs/heads/main "
      + "--claim job_workflow_ref=octo-org/sample/.github/workflows/\(path)@refs/heads/main"
  }

  private static func job(owner: String = "octo-org", repository: String = "sample", id: String = "1000") -> String {
    "--job owner=\(owner),owner-id=\(id),repository=\(repository),workflow=release.yml"
  }

  private static let noVariables = "-u ACTIONS_ID_TOKEN_REQUEST_URL -u ACTIONS_ID_TOKEN_REQUEST_TOKEN"
  private static let project = (name: "pyproject.toml", text: "[project]\nname = \"sample\"")
  private static func workflow(_ name: String, _ text: String) -> (name: String, text: String) {
    (".github/workflows/\(name)", text)
  }

  private static let environmentKinds =
    kind(
      "The job names no environment", gitHub("--job environment= \(publisher(",environment=pypi"))"),
      (.publisherNotFound, "environment-missing", ["Name the publisher's environment in the job"]), expect: inPyPI,
      (.expectationFailed, "environment-missing", ["Name the environment \"pypi\" in the job."]))
    + kind(
      "The job names no environment, and the workflow names one for another job",
      gitHub("--job environment= \(publisher(",environment=pypi"))"),
      (.publisherNotFound, "environment-missing", ["Name the environment \"pypi\" in the job.", "(line 3)"]),
      expect: inPyPI, (.expectationFailed, "environment-missing", ["Name the environment \"pypi\" in the job."]),
      files: [workflow("release.yml", "jobs:\n  check:\n    environment: pypi\n  publish:\n    steps: []")])
    + kind(
      "The environment is called like another stage",
      gitHub("\(publisher(",environment=pypi")) --claim environment=staging"),
      (.publisherNotFound, "environment-differs", ["in place of \"staging\""]), expect: inPyPI,
      (
        .expectationFailed, "environment-differs",
        ["Name the environment \"pypi\" in the job, in place of \"staging\"."]
      ))
    + kind(
      "The environment is called like another registry",
      gitHub("\(publisher(",environment=pypi")) --claim environment=testpypi"),
      (.publisherNotFound, "environment-differs", ["or publish to testpypi"]), expect: inPyPI,
      (
        .expectationFailed, "environment-differs",
        ["Name the environment \"pypi\" in the job, in place of \"testpypi\"."]
      ))
    + kind(
      "The environment has a blank at its end",
      gitHub("\(publisher(",environment=pypi")) --claim 'environment=pypi '"),
      (.publisherNotFound, "environment-differs", ["Name the environment \"pypi\" in the job", "pypi<U+0020 SPACE>"]),
      expect: inPyPI, (.expectationFailed, "environment-differs", ["in place of \"pypi<U+0020 SPACE>\""]))

  private static let fileKinds =
    kind(
      "The workflow was renamed",
      gitHub(
        "\(publisher()) \(release("owner=octo-org,repository=sample,workflow=release.yml")) \(file("publish.yml"))"),
      (.publisherNotFound, "workflow-differs", ["Register a publisher at pypi with the workflow \"publish.yml\""]),
      expect: sample,
      (.expectationFailed, "workflow-differs", ["change registries.pypi.expect.workflow to that"]), files: [project])
    + kind(
      "The job is in another workflow than the one that publishes", gitHub("\(publisher()) \(file("ci.yml"))"),
      (.publisherNotFound, "workflow-differs", ["Publish from \"release.yml\", which is in the checkout"]),
      expect: sample,
      (.expectationFailed, "workflow-differs", ["Publish from \"release.yml\", which is in the checkout"]),
      files: [
        workflow("ci.yml", "permissions:\n  id-token: write"),
        workflow("release.yml", "permissions:\n  id-token: write"),
      ])
    + kind(
      "A reusable workflow of the same repository is called",
      gitHub("\(publisher()) --claim job_workflow_ref=octo-org/sample/.github/workflows/_publish.yml@refs/heads/main"),
      (
        .publisherNotFound, "reusable-workflow-called",
        ["with the workflow name _publish.yml, not the caller's, release.yml", "as of 2026-08-21"]
      ), expect: sample,
      (
        .expectationFailed, "reusable-workflow-called",
        ["with the workflow \"_publish.yml\", and change registries.pypi.expect.workflow to that"]
      ))
    + kind(
      "A reusable workflow of another repository is called",
      gitHub("\(publisher()) --claim job_workflow_ref=octo-org/shared/.github/workflows/publish.yml@refs/tags/v1"),
      (.publisherNotFound, "reusable-workflow", ["Keep the publishing job in a workflow of octo-org/sample itself"]),
      expect: sample, (.expectationFailed, "reusable-workflow", ["in a workflow of octo-org/sample itself"]))

  private static let repositoryKinds =
    kind(
      "The owner was renamed",
      gitHub(
        "\(release("owner=old-org,repository=sample,workflow=release.yml")) \(job()) --publisher provider=github,owner=old-org,repository=sample,workflow=release.yml"
      ),
      (.publisherNotFound, "owner-differs", ["Register a publisher at pypi with the owner \"octo-org\""]),
      expect: #""owner":"old-org","repository":"sample","workflow":"release.yml""#,
      (.expectationFailed, "owner-differs", ["change registries.pypi.expect.owner to that", "If this is a fork"]),
      files: [project])
    + kind(
      "The repository is registered in another case", gitHub("\(job(repository: "Sample")) \(publisher())"),
      (.publisherNotFound, "repository-differs", ["with the repository \"Sample\", letter by letter"]), expect: sample,
      (.expectationFailed, "repository-differs", ["they differ in case", "with the repository \"Sample\""]))
    + kind(
      "The run belongs to a fork",
      gitHub("\(job(owner: "stranger", id: "77")) \(publisher())", "GITHUB_EVENT_PATH=event.json"),
      (.publisherNotFound, "run-in-fork", ["Publish from the repository that \"stranger/sample\" was made of"]),
      expect: sample,
      (.expectationFailed, "run-in-fork", ["\"stranger\" \"octo-org\""]),
      files: [("event.json", #"{"repository":{"fork":true,"full_name":"stranger/sample"}}"#)])
    + kind(
      "The owner's account was made again",
      gitHub("\(release("owner=octo-org,repository=sample,workflow=release.yml")) \(job(id: "9999")) \(publisher())"),
      (.publisherNotFound, "owner-id-differs", ["the owner's id of today, \"9999\""]), expect: sample,
      files: [project])

  private static let indexKinds =
    kind(
      "Nothing is registered, and the project does not exist",
      gitHub("--publisher provider=github,owner=octo-org,repository=other,workflow=release.yml"),
      (
        .publisherNotFound, "project-missing",
        ["Register a pending publisher at pypi with the project name sample", "30 days"]
      ), expect: sample, files: [project])
    + kind(
      "Everything is as expected, and nothing is registered",
      gitHub("--project sample --publisher provider=github,owner=octo-org,repository=other,workflow=release.yml"),
      (.publisherNotFound, "environment-missing", []), expect: sample,
      (
        .publisherNotFound, "publisher-absent",
        ["Every field that pypi compares is as registries.pypi.expect says", "notes the owner's id \"1000\""]
      ), files: [project])
    + [
      FailureRow(
        .told, "The job is the one that another registry expects",
        gitHub("\(publisher(",environment=testpypi,registry=testpypi")) --claim environment=testpypi"),
        .publisherNotFound, ["wrong-index"], ["Give the command the target testpypi in this job, not pypi"],
        files: [
          (
            "token-broker.json",
            #"{"version":1,"registries":{"testpypi":{"expect":{\#(sample),"environment":"testpypi"}},"pypi":{}}}"#
          )
        ]),
      FailureRow(
        .told, "The job is the one that another registry expects, and not the one that this one does",
        gitHub("--claim environment=testpypi"), .expectationFailed, ["wrong-index"],
        ["Give the command the target testpypi in this job, not pypi", "If it is to: Name the environment \"pypi\""],
        files: [
          (
            "token-broker.json",
            #"{"version":1,"registries":{"testpypi":{"expect":{\#(sample),"environment":"testpypi"}},"pypi":{"expect":{\#(inPyPI)}}}}"#
          )
        ]),
    ]

  private static let identityKinds =
    kind(
      "The job's permissions replace the workflow's", gitHub("", "\(noVariables) GITHUB_JOB=publish"),
      (
        .identityPermission, "permission-missing",
        ["Add id-token: write to the permissions of the job \"publish\" in .github/workflows/release.yml, line 5."]
      ), expect: sample,
      files: [
        workflow(
          "release.yml",
          "permissions:\n  id-token: write\njobs:\n  publish:\n    permissions:\n      contents: read\n    steps: []")
      ])
    + kind(
      "The workflow gives the permission, and the step runs in a container",
      gitHub("", "\(noVariables) GITHUB_JOB=publish"),
      (.identityPermission, "variable-lost", ["docker run -e", "(line 2)"]), expect: sample,
      files: [workflow("release.yml", "permissions:\n  id-token: write\njobs:\n  publish:\n    steps: []")])
    + kind(
      "A container has some of the runner's variables", gitHub("", "-u GITHUB_ACTIONS \(noVariables)"),
      (.providerNotFound, "variable-lost", ["Pass GITHUB_ACTIONS=true on as well", "GITHUB_RUN_ID"]), expect: sample)
    + kind(
      "A pull request within a repository that is a fork itself",
      gitHub("", "\(noVariables) GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH=event.json"),
      (.identityPermission, "permission-missing", ["id-token: write"]), expect: sample,
      files: [
        (
          "event.json",
          #"{"pull_request":{"head":{"repo":{"id":1,"fork":true}},"base":{"repo":{"id":1,"fork":true}}}}"#
        )
      ])
    + kind(
      "A pull request from a fork of a private repository",
      gitHub("", "\(noVariables) GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH=event.json"),
      (.identityFork, "fork-pull-request", ["1. likely: The pull request comes from", "2. possible:"]), expect: sample,
      files: [
        (
          "event.json",
          #"{"pull_request":{"head":{"repo":{"id":2}},"base":{"repo":{"id":1,"private":true}}}}"#
        )
      ])
    + kind(
      "A job in act", gitHub("", "\(noVariables) ACT=true"),
      (.providerNotFound, "runner-act", ["token-broker sandbox -- COMMAND"]), expect: sample)
    + kind(
      "A job at Forgejo",
      gitHub("", "FORGEJO_ACTIONS=true GITEA_ACTIONS=true GITHUB_SERVER_URL=https://codeberg.org"),
      (
        .providerNotFound, "runner-forgejo",
        ["not Forgejo (requested: https://github.com/pypi/warehouse/issues/19786)"]
      ), expect: sample)
    + kind(
      "A job at Gitea", gitHub("", "\(noVariables) GITEA_ACTIONS=true"),
      (.providerNotFound, "runner-gitea", ["issues no identity tokens"]), expect: sample)
    + kind(
      "GitLab: a variable of the project's hides the identity token", gitLab("", "PYPI_ID_TOKEN="),
      (.identityTokenMissing, "variable-hidden", ["Remove the variable PYPI_ID_TOKEN from Settings"]),
      expect: gitLabSample)
    + kind(
      "GitLab: the pipeline file is remote", gitLab("--claim ci_config_ref_uri="),
      (.publisherNotFound, "claim-missing", ["Keep the top-level pipeline file in the project"]), expect: gitLabSample,
      (.expectationFailed, "claim-missing", ["Keep the top-level pipeline file in the project"]))

  private static let networkKinds =
    kind(
      "A sign-in page answers in place of the registry", gitHub("--fault audience=html"),
      (.registryAnswerInvalid, "answer-foreign", ["allowed without a sign-in", "no_proxy=127.0.0.1"]), expect: sample)
    + kind(
      "A sign-in page answers in place of the runner", gitHub("--fault identity-token=status:403"),
      (.identityRefused, "answer-foreign", ["status 403", "allowed without a sign-in"]), expect: sample)
    + kind(
      "The answer leads to a sign-in page", gitHub("--fault audience=redirect:302:https://login.example.com/sso"),
      (.redirected, "answer-redirected", ["If \"login.example.com\" is a sign-in page"]), expect: sample)
    + [
      FailureRow(
        .told, "A rule wants a protected ref", gitHub("--claim ref_protected=false"), .ruleRefused,
        ["rule-ref-protected"], ["Protect \"refs/heads/main\"", "token-broker.json, line 1"],
        files: [("token-broker.json", #"{"version":1,"rules":{"ref-protected":true}}"#)])
    ]

  static let kindRows: [FailureRow] =
    environmentKinds + fileKinds + repositoryKinds + indexKinds + identityKinds + networkKinds
}
