#if canImport(Testing)
  import BrokerCore
  import Testing

  /// What every set of publishing tools that a registry declares has to say.
  struct ToolsConformance {
    let tools: PublishingTools

    func run() {
      #expect(Set(tools.names).count == tools.names.count, "two publishing tools have one name")
      for tool in tools.tools { check(tool) }
      for interpreter in tools.interpreters {
        #expect(
          !interpreter.programs.isEmpty && interpreter.moduleOption.hasPrefix("-"), "an interpreter is not said in full"
        )
      }
      #expect(tools.runners.allSatisfy { !$0.words.isEmpty }, "what runs a tool has no name")
      let endings = tools.files.endings + tools.files.chosenEndings + tools.files.companionEndings
      #expect(
        endings.allSatisfy { $0.hasPrefix(".") && $0.count > 1 }, "the end of a file's name does not begin with a dot")
      #expect(
        Set(tools.files.chosenEndings).isSubset(of: tools.files.endings), "tools choose files that no command may name")
    }

    private func check(_ tool: PublishingTool) {
      let name = tool.name
      #expect(!name.isEmpty && !name.contains("/") && !name.contains(" "), "\(name): the name of a tool is no word")
      #expect(!tool.subcommands.isEmpty, "\(name): nothing makes it publish")
      #expect(
        Set(tool.fileSubcommands).isSubset(of: tool.subcommands),
        "\(name): a subcommand with files is none that publishes")
      let values = (tool.variables + tool.rehearsalVariables).map(\.value) + tool.address
      #expect(
        tool.variables.contains { $0.value.contains("{token}") || $0.value.contains("{password}") },
        "\(name): no variable has the credential")
      #expect(
        values.contains { $0.contains("{url}") || $0.contains("{registry}") }, "\(name): nothing says where to publish")
      #expect(
        !tool.address.contains { $0.contains("{token}") || $0.contains("{password}") },
        "\(name): the credential is an argument")
      let set = tool.variables.map { $0.name(for: "sample") }
      #expect(Set(set).count == set.count, "\(name): a variable is set twice")
      #expect(
        !set.contains(where: tool.removedVariables.contains),
        "\(name): a variable is both set and removed")
      for option in tool.address where option.hasPrefix("-") {
        #expect(
          tool.guardedOptions.contains { $0.names.contains(option) },
          "\(name): its option for the address is not guarded, so that a command may give another one")
      }
      let guarded = tool.guardedOptions.flatMap(\.names)
      #expect(
        guarded.allSatisfy { $0.hasPrefix("-") && $0.count > 1 } && Set(guarded).count == guarded.count,
        "\(name): a guarded option is no option, or is there twice")
    }
  }
#endif
