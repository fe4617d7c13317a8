/// The commands of the tool, in the order of `--help`.
enum CommandTable {
  static let commands: [any Command.Type] = [
    MintCommand.self, RevokeCommand.self, ConfigCommand.self, PluginsCommand.self, RehearseCommand.self,
    SandboxCommand.self,
  ]
}
