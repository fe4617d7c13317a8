public import BrokerCore

extension PublishingTools {
  /// What publishes crates.
  public static let cargo = PublishingTools(
    [CargoTool.cargo], files: PublishedFiles(endings: [CrateFiles.ending], chosenEndings: [CrateFiles.ending]),
    rootVariables: ["CARGO_HTTP_CAINFO"], parts: CargoTool.parts, workspaces: [.cargo],
    recipe: CargoTool.recipe)
}

/// cargo, as it was seen to read its options and variables (1.85 to 1.96).
private enum CargoTool {
  private typealias Option = PublishingTool.Option

  /// The variable with which cargo's own tests lead it to another crates.io.
  static let site = "__CARGO_TEST_CRATES_IO_URL_DO_NOT_USE_THIS"

  /// rust-lang/crates-io-auth-action, action.yml; release-plz/action, action.yml; katyo/publish-crates, action.yml.
  static let parts = [
    PublishingPart("rust-lang/crates-io-auth-action", command: nil),
    PublishingPart(
      "release-plz/action", command: "release-plz release", condition: .init("command", "release", ""), isOwnWay: true),
    PublishingPart("katyo/publish-crates", command: "cargo publish --workspace"),
  ]

  /// A hosted machine has cargo and pipx; images of Rust have cargo alone.
  static let recipe = PublishingRecipe(
    folder: nil,
    onMachine: PublishingRecipe.Commands(
      prepare: ["pipx install {broker}"], publish: "cargo publish", publishAll: "cargo publish --workspace"),
    image: "rust:1",
    inImage: PublishingRecipe.Commands(
      prepare: [
        "apt-get update && apt-get install --yes --no-install-recommends pipx", "pipx install {broker}",
        "export PATH=\"$HOME/.local/bin:$PATH\"",
      ], publish: "cargo publish", publishAll: "cargo publish --workspace"))

  static let cargo = PublishingTool(
    "cargo", subcommands: ["publish"],
    variables: [ToolVariable("CARGO_REGISTRY_TOKEN", "{token}"), ToolVariable("CARGO_REGISTRY_DEFAULT", "crates-io")],
    rehearsalVariables: [ToolVariable(site, "sparse+{url}index/")],
    removedVariables: ["CARGO_REGISTRY_*", "CARGO_REGISTRIES_CRATES_IO_*", "__CARGO_TEST_*"],
    guardedOptions: [
      Option(.registry, "--registry"), Option(.registry, "--index"), Option(.credential, "--token"),
      Option(.settings, "--config"),
    ],
    globalValueOptions: ["--color", "--config", "-Z", "-C"],
    valueOptions: [
      "--package", "-p", "--exclude", "--manifest-path", "--lockfile-path", "--target", "--target-dir", "--features",
      "-F",
      "--jobs", "-j", "--color", "-Z",
    ],
    dryRunOptions: ["--dry-run", "-n"], storing: [["login", ""]], prefix: "+", survey: .cargo, helper: .cargo,
    exchangesIdentity: false)
}
