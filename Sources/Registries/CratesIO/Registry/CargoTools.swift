public import BrokerCore

extension PublishingTools {
  /// What publishes crates.
  public static let cargo = PublishingTools(
    [CargoTool.cargo], files: PublishedFiles(endings: [CrateFiles.ending], chosenEndings: [CrateFiles.ending]),
    rootVariables: ["CARGO_HTTP_CAINFO"])
}

/// cargo, as it was seen to read its options and variables (1.85 to 1.96).
private enum CargoTool {
  private typealias Option = PublishingTool.Option

  /// The variable with which cargo's own tests lead it to another crates.io.
  static let site = "__CARGO_TEST_CRATES_IO_URL_DO_NOT_USE_THIS"

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
    dryRunOptions: ["--dry-run", "-n"], prefix: "+", survey: .cargo, helper: .cargo)
}
