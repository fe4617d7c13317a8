/// The publishing tools that are known.
enum ClientTable {
  static let all = [twine, uv, poetry, flit, hatch, pdm, maturin]

  /// twine/settings.py and twine/utils.py.
  static let twine = PublishingClient(
    "twine", subcommands: ["upload", "register"],
    variables: [
      EnvironmentTemplate("TWINE_USERNAME", "{username}"), EnvironmentTemplate("TWINE_PASSWORD", "{token}"),
      EnvironmentTemplate("TWINE_REPOSITORY_URL", "{url}"),
    ],
    removedVariables: ["TWINE_REPOSITORY"],
    guardedOptions: [
      PublishingClient.Option(.registry, "--repository", "-r"), PublishingClient.Option(.address, "--repository-url"),
      PublishingClient.Option(.credential, "--username", "-u"),
      PublishingClient.Option(.credential, "--password", "-p"),
    ],
    abbreviatesOptions: true, skipArguments: ["--skip-existing"])

  /// uv, crates/uv-static/src/env_vars.rs.
  static let uv = PublishingClient(
    "uv", subcommands: ["publish"],
    variables: [EnvironmentTemplate("UV_PUBLISH_TOKEN", "{token}"), EnvironmentTemplate("UV_PUBLISH_URL", "{url}")],
    removedVariables: [
      "UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD", "UV_PUBLISH_INDEX", "UV_TRUSTED_PUBLISHING",
      "UV_PUBLISH_CHECK_URL", "UV_KEYRING_PROVIDER",
    ],
    guardedOptions: [
      PublishingClient.Option(.address, "--publish-url"), PublishingClient.Option(.registry, "--index"),
      PublishingClient.Option(.credential, "--token", "-t"), PublishingClient.Option(.credential, "--username", "-u"),
      PublishingClient.Option(.credential, "--password", "-p"),
      PublishingClient.Option(.credential, "--trusted-publishing"),
      PublishingClient.Option(.credential, "--keyring-provider"),
    ])

  /// poetry/publishing/publisher.py.
  static let poetry = PublishingClient(
    "poetry", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("POETRY_PYPI_TOKEN_{REGISTRY}", "{token}"),
      EnvironmentTemplate("POETRY_REPOSITORIES_{REGISTRY}_URL", "{url}"),
    ],
    removedVariables: ["POETRY_PYPI_TOKEN_*", "POETRY_HTTP_BASIC_*"],
    destination: .option(
      PublishingClient.Option(.registry, "--repository", "-r"), usual: "https://upload.pypi.org/legacy/"),
    guardedOptions: [
      PublishingClient.Option(.credential, "--username", "-u"),
      PublishingClient.Option(.credential, "--password", "-p"),
    ],
    skipArguments: ["--skip-existing"])

  /// flit/upload.py.
  static let flit = PublishingClient(
    "flit", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("FLIT_USERNAME", "{username}"), EnvironmentTemplate("FLIT_PASSWORD", "{token}"),
      EnvironmentTemplate("FLIT_INDEX_URL", "{url}"),
    ],
    removedVariables: [],
    guardedOptions: [
      PublishingClient.Option(.registry, "--repository"), PublishingClient.Option(.registry, "--pypirc"),
    ],
    abbreviatesOptions: true)

  /// hatch/publish/index.py.
  static let hatch = PublishingClient(
    "hatch", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("HATCH_INDEX_USER", "{username}"), EnvironmentTemplate("HATCH_INDEX_AUTH", "{token}"),
      EnvironmentTemplate("HATCH_INDEX_REPO", "{url}"),
    ],
    removedVariables: ["HATCH_PUBLISHER"],
    guardedOptions: [
      PublishingClient.Option(.registry, "--repo", "-r"), PublishingClient.Option(.credential, "--user", "-u"),
      PublishingClient.Option(.credential, "--auth", "-a"), PublishingClient.Option(.credential, "--publisher", "-p"),
    ])

  /// pdm/cli/commands/publish/__init__.py.
  static let pdm = PublishingClient(
    "pdm", subcommands: ["publish"],
    variables: [
      EnvironmentTemplate("PDM_PUBLISH_USERNAME", "{username}"), EnvironmentTemplate("PDM_PUBLISH_PASSWORD", "{token}"),
      EnvironmentTemplate("PDM_PUBLISH_REPO", "{url}"),
    ],
    removedVariables: [],
    guardedOptions: [
      PublishingClient.Option(.registry, "--repository", "-r"),
      PublishingClient.Option(.credential, "--username", "-u"),
      PublishingClient.Option(.credential, "--password", "-P"),
    ],
    abbreviatesOptions: true, skipArguments: ["--skip-existing"])

  /// maturin, src/upload.rs.
  static let maturin = PublishingClient(
    "maturin", subcommands: ["publish", "upload"],
    variables: [
      EnvironmentTemplate("MATURIN_PYPI_TOKEN", "{token}"), EnvironmentTemplate("MATURIN_REPOSITORY_URL", "{url}"),
    ],
    removedVariables: ["MATURIN_USERNAME", "MATURIN_PASSWORD", "MATURIN_REPOSITORY"],
    guardedOptions: [
      PublishingClient.Option(.registry, "--repository", "-r"), PublishingClient.Option(.address, "--repository-url"),
      PublishingClient.Option(.credential, "--username", "-u"),
      PublishingClient.Option(.credential, "--password", "-p"),
    ],
    skipArguments: ["--skip-existing"])
}
