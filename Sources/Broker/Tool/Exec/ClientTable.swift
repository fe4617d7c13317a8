/// The publishing tools that are known.
enum ClientTable {
  private typealias Option = PublishingClient.Option

  static let all = [twine, uv, poetry, flit, hatch, pdm, maturin]

  /// twine/settings.py: variables are the defaults of options; twine/utils.py: an address is used instead of `.pypirc`.
  static let twine = PublishingClient(
    "twine", subcommands: ["upload", "register"],
    variables: [
      EnvironmentTemplate("TWINE_USERNAME", "{username}"), EnvironmentTemplate("TWINE_PASSWORD", "{token}"),
      EnvironmentTemplate("TWINE_REPOSITORY_URL", "{url}"),
    ],
    removedVariables: ["TWINE_REPOSITORY"],
    guardedOptions: [
      Option(.registry, "--repository", "-r"), Option(.address, "--repository-url"),
      Option(.credential, "--username", "-u"), Option(.credential, "--password", "-p"),
    ],
    abbreviatesOptions: true,
    // twine/settings.py, verify_feature_capability: any other address makes it stop.
    skip: PublishingClient.Skip(["--skip-existing"], onlyAt: ["https://upload.pypi.org/", "https://test.pypi.org/"]))

  /// uv, crates/uv-cli: an address and an index, or a token and a user name, exclude each other.
  static let uv = PublishingClient(
    "uv", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("UV_PUBLISH_TOKEN", "{token}"), EnvironmentTemplate("UV_PUBLISH_URL", "{url}"),
      // Its settings files may switch its own trusted publishing on, which excludes a token, and name another index to
      // look for published files in.
      EnvironmentTemplate("UV_NO_CONFIG", "1"),
    ],
    removedVariables: [
      "UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD", "UV_PUBLISH_INDEX", "UV_PUBLISH_CHECK_URL",
      "UV_TRUSTED_PUBLISHING", "UV_KEYRING_PROVIDER",
    ],
    guardedOptions: [
      Option(.address, "--publish-url"), Option(.registry, "--index"), Option(.registry, "--check-url"),
      Option(.credential, "--token", "-t"), Option(.credential, "--username", "-u"),
      Option(.credential, "--password", "-p"), Option(.credential, "--keyring-provider"),
      Option(.credential, "--trusted-publishing"),
    ],
    globalValueOptions: [
      "--directory", "--project", "--config-file", "--color", "--allow-insecure-host", "--cache-dir",
    ])

  /// poetry/publishing/publisher.py: without a repository it is the real PyPI, whatever variables say.
  static let poetry = PublishingClient(
    "poetry", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("POETRY_PYPI_TOKEN_{REGISTRY}", "{token}"),
      EnvironmentTemplate("POETRY_REPOSITORIES_{REGISTRY}_URL", "{url}"),
    ],
    removedVariables: ["POETRY_PYPI_TOKEN_*", "POETRY_HTTP_BASIC_*", "POETRY_REPOSITORIES_*"],
    destination: .option(Option(.registry, "--repository", "-r"), usual: "https://upload.pypi.org/legacy/"),
    guardedOptions: [Option(.credential, "--username", "-u"), Option(.credential, "--password", "-p")],
    globalValueOptions: ["--project", "-P", "--directory", "-C"], skip: PublishingClient.Skip(["--skip-existing"]))

  /// flit/upload.py: an address and a repository exclude each other.
  static let flit = PublishingClient(
    "flit", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("FLIT_USERNAME", "{username}"), EnvironmentTemplate("FLIT_PASSWORD", "{token}"),
      EnvironmentTemplate("FLIT_INDEX_URL", "{url}"),
    ],
    removedVariables: [],
    guardedOptions: [Option(.registry, "--repository")],
    abbreviatesOptions: true, globalValueOptions: ["--ini-file", "-f", "--logo"])

  /// hatch/cli/publish and hatch/publish/index.py; it passes over what the index has by itself.
  static let hatch = PublishingClient(
    "hatch", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("HATCH_INDEX_USER", "{username}"), EnvironmentTemplate("HATCH_INDEX_AUTH", "{token}"),
      EnvironmentTemplate("HATCH_INDEX_REPO", "{url}"),
    ],
    removedVariables: ["HATCH_PUBLISHER", "HATCH_PUBLISHER_OPTIONS"],
    guardedOptions: [
      Option(.address, "--repo", "-r"), Option(.credential, "--user", "-u"), Option(.credential, "--auth", "-a"),
      Option(.registry, "--publisher", "-p"),
    ],
    globalValueOptions: ["--env", "-e", "--project", "-p", "--data-dir", "--cache-dir", "--config"],
    skip: PublishingClient.Skip([]))

  /// pdm/cli/commands/publish; `--repository` takes a name or an address.
  static let pdm = PublishingClient(
    "pdm", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("PDM_PUBLISH_USERNAME", "{username}"), EnvironmentTemplate("PDM_PUBLISH_PASSWORD", "{token}"),
      EnvironmentTemplate("PDM_PUBLISH_REPO", "{url}"),
    ],
    removedVariables: [],
    guardedOptions: [
      Option(.address, "--repository", "-r"), Option(.credential, "--username", "-u"),
      Option(.credential, "--password", "-P"),
    ],
    abbreviatesOptions: true, globalValueOptions: ["--config", "-c", "--project", "-p"],
    skip: PublishingClient.Skip(["--skip-existing"]))

  /// maturin, src/upload.rs: a token goes before a user name, an address before a repository.
  static let maturin = PublishingClient(
    "maturin", subcommands: ["publish", "upload"],
    variables: [
      EnvironmentTemplate("MATURIN_PYPI_TOKEN", "{token}"), EnvironmentTemplate("MATURIN_REPOSITORY_URL", "{url}"),
    ],
    removedVariables: ["MATURIN_USERNAME", "MATURIN_PASSWORD", "MATURIN_REPOSITORY"],
    guardedOptions: [
      Option(.registry, "--repository", "-r"), Option(.address, "--repository-url"),
      Option(.credential, "--username", "-u"), Option(.credential, "--password", "-p"),
    ],
    skip: PublishingClient.Skip(["--skip-existing"]))
}
