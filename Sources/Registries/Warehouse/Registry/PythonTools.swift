public import BrokerCore

extension PublishingTools {
  /// The tools that publish to an index that speaks PyPI's protocol.
  public static let python = PythonTools.all
}

/// The publishing tools that are known.
///
/// What is said of their options, variables and folders was tried with the current and with older versions of each;
/// `Scripts/real-clients` says when a new version has more of them.
private enum PythonTools {
  private typealias Option = PublishingTool.Option
  private typealias OwnFiles = PublishingTool.OwnFiles

  static let all = PublishingTools(
    [twine, uv, poetry, flit, hatch, pdm, maturin], runners: runners,
    interpreters: [
      ModuleRunner(
        "python", "python3", "python3.*", "py", "pypy", "pypy3", moduleOption: "-m", codeOption: "-c",
        values: ["-X", "-W", "--check-hash-based-pycs"])
    ],
    files: PublishedFiles(
      endings: PythonDistributions.endings, chosenEndings: [".whl", ".tar.gz"], signatureEndings: [".asc"],
      attestationEnding: PythonDistributions.attestationEnding),
    rootVariables: ["TWINE_CERT"], parts: parts, credentialFiles: ["pypirc"],
    projects: [ProjectFile("pyproject.toml", tables: "project", "tool.poetry")], recipe: recipe)

  /// A hosted machine has pipx; in the image, pip may install into the only Python there is.
  private static let recipe = PublishingRecipe(
    folder: "dist",
    onMachine: PublishingRecipe.Commands(
      build: ["pipx run build"], prepare: ["pipx install {broker}"], publish: "pipx run twine upload dist/*"),
    image: "python:3-slim",
    inImage: PublishingRecipe.Commands(
      build: ["python -I -m pip install --quiet build", "python -I -m build"],
      prepare: ["python -I -m pip install --quiet {broker} twine"],
      broker: ["python -I -m pip install --quiet {broker}"], publish: "twine upload dist/*"))

  /// Their inputs: pypa/gh-action-pypi-publish, action.yml; PyO3/maturin-action, action.yml.
  private static let parts = [
    PublishingPart(
      "pypa/gh-action-pypi-publish", command: "pipx run twine upload {files}",
      addressInputs: ["repository-url", "repository_url"], folderInputs: ["packages-dir", "packages_dir"],
      folder: "dist",
      notes: [
        "pypa/gh-action-pypi-publish signs the files unless it is told not to; exec does so with --attest "
          + "(docs/publishing.md)."
      ]),
    PublishingPart(
      "PyO3/maturin-action", command: "pipx run twine upload {files}",
      condition: .init("command", "upload", making: ["publish"]),
      argumentsInput: "args"),
  ]

  /// Variables of the programs that run tools: they lead into another folder, or to a file of more variables.
  private static let runnerVariables = ["UV_ENV_FILE", "UV_WORKING_DIR"]

  /// twine/settings.py: variables are the defaults of options; twine/utils.py: an address is used instead of `.pypirc`.
  private static let twine = PublishingTool(
    "twine", subcommands: ["upload", "register"], fileSubcommands: ["upload", "register"],
    variables: [
      ToolVariable("TWINE_USERNAME", "{username}"), ToolVariable("TWINE_PASSWORD", "{token}"),
      ToolVariable("TWINE_REPOSITORY_URL", "{url}"),
    ],
    removedVariables: ["TWINE_REPOSITORY"] + runnerVariables, address: ["--repository-url", "{url}"],
    guardedOptions: [
      Option(.registry, "--repository", "-r"), Option(.address, "--repository-url"),
      Option(.credential, "--username", "-u"), Option(.credential, "--password", "-p"),
    ],
    isAbbreviated: true, switches: ["--sign"],
    valueOptions: [
      "--sign-with", "--identity", "-i", "--comment", "-c", "--config-file", "--cert", "--client-cert",
    ], takesPatterns: true, answerOptions: ["--verbose"], attestations: .named(["--attestations"]))

  /// uv, crates/uv-cli: an address and an index, or a token and a user name, exclude each other; a settings file that is
  /// named goes before `UV_NO_CONFIG`.
  private static let uv = PublishingTool(
    "uv", subcommands: ["publish"], fileSubcommands: ["publish"],
    variables: [
      ToolVariable("UV_PUBLISH_TOKEN", "{token}"), ToolVariable("UV_PUBLISH_URL", "{url}"),
      // Its settings files may switch its own trusted publishing on, which excludes a token, and name another index to
      // look for published files in.
      ToolVariable("UV_NO_CONFIG", "1"),
    ],
    removedVariables: [
      "UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD", "UV_PUBLISH_INDEX", "UV_PUBLISH_CHECK_URL",
      "UV_TRUSTED_PUBLISHING", "UV_KEYRING_PROVIDER", "UV_CONFIG_FILE",
    ] + runnerVariables,
    address: ["--publish-url", "{url}"],
    guardedOptions: [
      Option(.address, "--publish-url"), Option(.registry, "--index"), Option(.registry, "--check-url"),
      Option(.settings, "--config-file"), Option(.credential, "--token", "-t"),
      Option(.credential, "--username", "-u"), Option(.credential, "--password", "-p"),
      Option(.credential, "--keyring-provider"), Option(.credential, "--trusted-publishing"),
    ],
    globalValueOptions: uvGlobalValues, valueOptions: uvGlobalValues,
    folder: .current(["--directory"]), ownFiles: OwnFiles(.all, in: "dist"), takesPatterns: true,
    dryRunOptions: ["--dry-run"], attestations: .named([]))

  /// poetry/publishing/publisher.py: without a repository it is the real PyPI, whatever variables say.
  ///
  /// A script may leave the repository out: PyPI's token is then one that PyPI does not know.
  private static let poetry = PublishingTool(
    "poetry", subcommands: ["publish"],
    variables: [
      ToolVariable("POETRY_PYPI_TOKEN_PYPI", "token-broker-publishes-to-{registry}"),
      ToolVariable("POETRY_PYPI_TOKEN_{REGISTRY}", "{token}"),
      ToolVariable("POETRY_REPOSITORIES_{REGISTRY}_URL", "{url}"),
    ],
    removedVariables: ["POETRY_PYPI_TOKEN_*", "POETRY_HTTP_BASIC_*", "POETRY_REPOSITORIES_*"] + runnerVariables,
    address: ["--repository", "{registry}"],
    guardedOptions: [
      Option(.name, "--repository", "-r"), Option(.credential, "--username", "-u"),
      Option(.credential, "--password", "-p"),
    ],
    globalValueOptions: ["--project", "-P", "--directory", "-C"],
    valueOptions: ["--project", "-P", "--directory", "-C", "--cert", "--client-cert", "--dist-dir"],
    ownFiles: OwnFiles(
      .oneRelease, in: "dist", building: .with(["--build"]),
      unless: ["--dist-dir", "--project", "-P", "--directory", "-C"]),
    dryRunOptions: ["--dry-run"], storing: [["config", "pypi-token."], ["config", "http-basic."]])

  /// flit/upload.py: an address and a repository exclude each other, and the address goes before `.pypirc`.
  private static let flit = PublishingTool(
    "flit", subcommands: ["publish"],
    variables: [
      ToolVariable("FLIT_USERNAME", "{username}"), ToolVariable("FLIT_PASSWORD", "{token}"),
      ToolVariable("FLIT_INDEX_URL", "{url}"),
    ],
    removedVariables: runnerVariables,
    guardedOptions: [Option(.registry, "--repository")],
    isAbbreviated: true, globalValueOptions: ["--ini-file", "-f", "--logo"], valueOptions: ["--format", "--pypirc"],
    ownFiles: OwnFiles(.written, in: "dist", building: .always, unless: ["--ini-file", "-f"]))

  /// hatch/cli/publish and hatch/publish/index.py; it passes over what the index has by itself.
  private static let hatch = PublishingTool(
    "hatch", subcommands: ["publish"], fileSubcommands: ["publish"],
    variables: [
      ToolVariable("HATCH_INDEX_USER", "{username}"), ToolVariable("HATCH_INDEX_AUTH", "{token}"),
      ToolVariable("HATCH_INDEX_REPO", "{url}"),
    ],
    removedVariables: ["HATCH_PUBLISHER", "HATCH_PUBLISHER_OPTIONS", "HATCH_PROJECT"] + runnerVariables,
    address: ["--repo", "{url}"],
    guardedOptions: [
      Option(.address, "--repo", "-r"), Option(.credential, "--user", "-u"), Option(.credential, "--auth", "-a"),
      Option(.registry, "--publisher", "-p"),
    ],
    globalValueOptions: hatchGlobalValues,
    valueOptions: ["--ca-cert", "--client-cert", "--client-key", "--option", "-o"],
    folder: .project("pyproject.toml", ["--project"]), ownFiles: OwnFiles(.all, in: "dist"), takesFolders: true)

  /// pdm/cli/commands/publish; `--repository` takes a name or an address, and pyproject.toml may hold options.
  private static let pdm = PublishingTool(
    "pdm", subcommands: ["publish"],
    variables: [
      ToolVariable("PDM_PUBLISH_USERNAME", "{username}"), ToolVariable("PDM_PUBLISH_PASSWORD", "{token}"),
      ToolVariable("PDM_PUBLISH_REPO", "{url}"),
    ],
    removedVariables: runnerVariables, address: ["--repository", "{url}"],
    guardedOptions: [
      Option(.address, "--repository", "-r"), Option(.credential, "--username", "-u"),
      Option(.credential, "--password", "-P"),
    ],
    isAbbreviated: true, globalValueOptions: ["--config", "-c", "--project", "-p", "--pep582"],
    valueOptions: [
      "--project", "-p", "--skip", "-k", "--identity", "-i", "--comment", "-c", "--dest", "-d", "--ca-certs",
    ],
    folder: .project("pyproject.toml", ["--project", "-p"]),
    ownFiles: OwnFiles(
      .all, in: "dist", building: .without(["--no-build"]), unless: ["--dest", "-d"], orVariables: ["PDM_PROJECT"]))

  /// maturin, src/upload.rs: a token goes before a user name, an address before a repository.
  ///
  /// Behind `--` of its publish there are flags of rustc, of which `-C`, `-L` and `-l` have a value.
  private static let maturin = PublishingTool(
    "maturin", subcommands: ["publish", "upload"], fileSubcommands: ["upload"],
    variables: [
      ToolVariable("MATURIN_PYPI_TOKEN", "{token}"), ToolVariable("MATURIN_REPOSITORY_URL", "{url}"),
    ],
    removedVariables: ["MATURIN_USERNAME", "MATURIN_PASSWORD", "MATURIN_REPOSITORY"] + runnerVariables,
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
    ownFiles: OwnFiles(
      .written, in: "target/wheels", building: .always,
      unless: ["--manifest-path", "-m", "--out", "-o", "--target-dir"]))

  // MARK: What runs them

  /// The options with a value that uv takes with every subcommand.
  private static let uvGlobalValues = [
    "--directory", "--project", "--config-file", "--color", "--allow-insecure-host", "--cache-dir",
    "--preview-features",
  ]

  /// The options with a value that hatch takes before its subcommand.
  private static let hatchGlobalValues = ["--env", "-e", "--project", "-p", "--data-dir", "--cache-dir", "--config"]

  /// The options of `uv run` and `uvx` with a value (uv 0.4 to 0.13, `uv run --help`, `uvx --help`).
  private static let uvRunnerValues =
    uvGlobalValues + [
      "--from", "-c", "--constraints", "-b", "--build-constraints", "--overrides", "--torch-backend", "--extra",
      "--no-extra", "--group", "--no-group", "--only-group", "--no-editable-package", "--env-file", "-w", "--with",
      "--with-editable", "--with-requirements", "--package", "--python-platform", "--index", "--default-index", "-i",
      "--index-url", "--extra-index-url", "-f", "--find-links", "--index-strategy", "--keyring-provider", "-P",
      "--upgrade-package", "--upgrade-group", "--resolution", "--prerelease", "--prerelease-package", "--fork-strategy",
      "--exclude-newer", "--exclude-newer-package", "--no-sources-package", "--reinstall-package", "--link-mode", "-C",
      "--config-setting", "--config-settings-package", "--no-build-isolation-package", "--no-build-package",
      "--no-binary-package", "--refresh-package", "-p", "--python", "--python-preference", "--python-fetch",
    ]

  private static let runners = [
    ToolRunner("uvx", values: uvRunnerValues, folderOptions: ["--directory"]),
    ToolRunner("uv", "tool", "run", values: uvRunnerValues, folderOptions: ["--directory"]),
    ToolRunner("uv", "run", values: uvRunnerValues, folderOptions: ["--directory"]),
    ToolRunner(
      "pipx", "run",
      values: [
        "--python-args", "--with", "--spec", "--python", "--fetch-python", "--index-url", "-i", "--pip-args",
        "--cooldown", "--backend",
      ], isAbbreviated: true),
    ToolRunner(
      "poetry", "run", values: ["--project", "-P", "--directory", "-C"], hiddenFolderOptions: ["--directory", "-C"]),
    ToolRunner(
      "pdm", "run",
      values: [
        "--config", "-c", "--pep582", "--project", "-p", "--skip", "-k", "--venv", "--env", "--env-file",
        "--working-dir",
      ], isAbbreviated: true, hiddenFolderOptions: ["--working-dir"], changesVariables: true),
    ToolRunner(
      "hatch", "env", "run",
      values: hatchGlobalValues + ["--include", "-i", "--exclude", "-x", "--filter", "-f"],
      hiddenFolderOptions: nil, changesVariables: true),
    ToolRunner(
      "hatch", "run", values: hatchGlobalValues, hiddenFolderOptions: nil, changesVariables: true,
      takesAssignments: true),
  ]
}
