/// The publishing tools that are known.
///
/// What is said of their options, variables and folders was tried with the current and with older versions of each;
/// `Scripts/client-surface` says when a new version has more of them.
enum ClientTable {
  private typealias Option = PublishingClient.Option

  static let all = [twine, uv, poetry, flit, hatch, pdm, maturin]

  /// Variables of the programs that run tools: they lead into another folder, or to a file of more variables.
  static let runnerVariables = ["UV_ENV_FILE", "UV_WORKING_DIR"]

  /// twine/settings.py: variables are the defaults of options; twine/utils.py: an address is used instead of `.pypirc`.
  static let twine = PublishingClient(
    "twine", subcommands: ["upload", "register"], fileSubcommands: ["upload", "register"],
    variables: [
      EnvironmentTemplate("TWINE_USERNAME", "{username}"), EnvironmentTemplate("TWINE_PASSWORD", "{token}"),
      EnvironmentTemplate("TWINE_REPOSITORY_URL", "{url}"),
    ],
    removedVariables: ["TWINE_REPOSITORY"], address: ["--repository-url", "{url}"],
    guardedOptions: [
      Option(.registry, "--repository", "-r"), Option(.address, "--repository-url"),
      Option(.credential, "--username", "-u"), Option(.credential, "--password", "-p"),
    ],
    isAbbreviated: true, switches: ["--sign"],
    valueOptions: [
      "--sign-with", "--identity", "-i", "--comment", "-c", "--config-file", "--cert", "--client-cert",
    ])

  /// uv, crates/uv-cli: an address and an index, or a token and a user name, exclude each other; a settings file that is
  /// named goes before `UV_NO_CONFIG`.
  static let uv = PublishingClient(
    "uv", subcommands: ["publish"], fileSubcommands: ["publish"],
    variables: [
      EnvironmentTemplate("UV_PUBLISH_TOKEN", "{token}"), EnvironmentTemplate("UV_PUBLISH_URL", "{url}"),
      // Its settings files may switch its own trusted publishing on, which excludes a token, and name another index to
      // look for published files in.
      EnvironmentTemplate("UV_NO_CONFIG", "1"),
    ],
    removedVariables: [
      "UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD", "UV_PUBLISH_INDEX", "UV_PUBLISH_CHECK_URL",
      "UV_TRUSTED_PUBLISHING", "UV_KEYRING_PROVIDER", "UV_CONFIG_FILE",
    ],
    address: ["--publish-url", "{url}"],
    guardedOptions: [
      Option(.address, "--publish-url"), Option(.registry, "--index"), Option(.registry, "--check-url"),
      Option(.settings, "--config-file"), Option(.credential, "--token", "-t"),
      Option(.credential, "--username", "-u"), Option(.credential, "--password", "-p"),
      Option(.credential, "--keyring-provider"), Option(.credential, "--trusted-publishing"),
    ],
    globalValueOptions: PublishingClient.uvGlobalValues, valueOptions: PublishingClient.uvGlobalValues,
    folder: .current(["--directory"]), ownFiles: .all(in: "dist", unless: []), dryRunOptions: ["--dry-run"])

  /// poetry/publishing/publisher.py: without a repository it is the real PyPI, whatever variables say.
  ///
  /// A script may leave the repository out: PyPI's token is then one that PyPI does not know.
  static let poetry = PublishingClient(
    "poetry", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("POETRY_PYPI_TOKEN_PYPI", "token-broker-publishes-to-{registry}"),
      EnvironmentTemplate("POETRY_PYPI_TOKEN_{REGISTRY}", "{token}"),
      EnvironmentTemplate("POETRY_REPOSITORIES_{REGISTRY}_URL", "{url}"),
    ],
    removedVariables: ["POETRY_PYPI_TOKEN_*", "POETRY_HTTP_BASIC_*", "POETRY_REPOSITORIES_*"],
    address: ["--repository", "{registry}"],
    guardedOptions: [
      Option(.name, "--repository", "-r"), Option(.credential, "--username", "-u"),
      Option(.credential, "--password", "-p"),
    ],
    globalValueOptions: ["--project", "-P", "--directory", "-C"],
    valueOptions: ["--project", "-P", "--directory", "-C", "--cert", "--client-cert", "--dist-dir"],
    dryRunOptions: ["--dry-run"])

  /// flit/upload.py: an address and a repository exclude each other, and the address goes before `.pypirc`.
  static let flit = PublishingClient(
    "flit", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("FLIT_USERNAME", "{username}"), EnvironmentTemplate("FLIT_PASSWORD", "{token}"),
      EnvironmentTemplate("FLIT_INDEX_URL", "{url}"),
    ],
    removedVariables: [],
    guardedOptions: [Option(.registry, "--repository")],
    isAbbreviated: true, globalValueOptions: ["--ini-file", "-f", "--logo"], valueOptions: ["--format", "--pypirc"])

  /// hatch/cli/publish and hatch/publish/index.py; it passes over what the index has by itself.
  static let hatch = PublishingClient(
    "hatch", subcommands: ["publish"], fileSubcommands: ["publish"],
    variables: [
      EnvironmentTemplate("HATCH_INDEX_USER", "{username}"), EnvironmentTemplate("HATCH_INDEX_AUTH", "{token}"),
      EnvironmentTemplate("HATCH_INDEX_REPO", "{url}"),
    ],
    removedVariables: ["HATCH_PUBLISHER", "HATCH_PUBLISHER_OPTIONS", "HATCH_PROJECT"], address: ["--repo", "{url}"],
    guardedOptions: [
      Option(.address, "--repo", "-r"), Option(.credential, "--user", "-u"), Option(.credential, "--auth", "-a"),
      Option(.registry, "--publisher", "-p"),
    ],
    globalValueOptions: PublishingClient.hatchGlobalValues,
    valueOptions: ["--ca-cert", "--client-cert", "--client-key", "--option", "-o"], folder: .project(["--project"]),
    ownFiles: .all(in: "dist", unless: []))

  /// pdm/cli/commands/publish; `--repository` takes a name or an address, and pyproject.toml may hold options.
  static let pdm = PublishingClient(
    "pdm", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("PDM_PUBLISH_USERNAME", "{username}"), EnvironmentTemplate("PDM_PUBLISH_PASSWORD", "{token}"),
      EnvironmentTemplate("PDM_PUBLISH_REPO", "{url}"),
    ],
    removedVariables: [], address: ["--repository", "{url}"],
    guardedOptions: [
      Option(.address, "--repository", "-r"), Option(.credential, "--username", "-u"),
      Option(.credential, "--password", "-P"),
    ],
    isAbbreviated: true, globalValueOptions: ["--config", "-c", "--project", "-p", "--pep582"],
    valueOptions: [
      "--project", "-p", "--skip", "-k", "--identity", "-i", "--comment", "-c", "--dest", "-d", "--ca-certs",
    ],
    folder: .project(["--project", "-p"]), ownFiles: .all(in: "dist", unless: ["--dest", "-d"]))

  /// maturin, src/upload.rs: a token goes before a user name, an address before a repository.
  ///
  /// Behind `--` of its publish there are flags of rustc, of which `-C`, `-L` and `-l` have a value.
  static let maturin = PublishingClient(
    "maturin", subcommands: ["publish", "upload"], fileSubcommands: ["upload"],
    variables: [
      EnvironmentTemplate("MATURIN_PYPI_TOKEN", "{token}"), EnvironmentTemplate("MATURIN_REPOSITORY_URL", "{url}"),
    ],
    removedVariables: ["MATURIN_USERNAME", "MATURIN_PASSWORD", "MATURIN_REPOSITORY"],
    address: ["--repository-url", "{url}"],
    guardedOptions: [
      Option(.registry, "--repository", "-r"), Option(.address, "--repository-url"),
      Option(.credential, "--username", "-u"), Option(.credential, "--password", "-p"),
    ],
    valueOptions: [
      "--interpreter", "-i", "--bindings", "-b", "--out", "-o", "--jobs", "-j", "--features", "-F", "--manifest-path",
      "-m", "--config", "-Z", "-C", "-L", "-l", "--compatibility", "--manylinux", "--auditwheel", "--sbom-include",
      "--color",
      "--compression-method", "--compression-level", "--profile", "--target", "--target-dir",
    ],
    ownFiles: .written(to: "target/wheels"))
}

extension PublishingClient {
  /// The options with a value that uv takes with every subcommand.
  static let uvGlobalValues = [
    "--directory", "--project", "--config-file", "--color", "--allow-insecure-host", "--cache-dir",
    "--preview-features",
  ]

  /// The options with a value that hatch takes before its subcommand.
  static let hatchGlobalValues = ["--env", "-e", "--project", "-p", "--data-dir", "--cache-dir", "--config"]
}
