#if canImport(Testing)
  import BrokerCore
  import Testing

  /// What every runner that a provider declares has to do.
  struct RunnerConformance {
    let runner: Runner
    /// The variables of one of its jobs.
    let environment: Environment

    func run() {
      #expect(!runner.name.isEmpty && !runner.name.contains("\n"), "the runner's name is not one line")
      #expect(runner.runs(jobOf: environment), "the runner does not know the provider's own job")
      for mark in runner.marks {
        #expect(
          mark.text.count >= 2 && !mark.text.contains { $0.isWhitespace },
          "the mark \(mark.text.debugDescription) is shorter than two characters, or has white space")
      }
      checkHiding()
      checkAnnotations()
      checkOutputs()
      let variables = [runner.summary, runner.checkout, runner.outputs?.variable].compactMap { $0 }
      #expect(
        Set(variables).count == variables.count && !variables.contains(""),
        "two of the runner's files have one variable, or one has none")
    }

    /// Whether a line begins with what the runner takes for a command.
    private func isCommand(_ line: String) -> Bool { runner.marks.contains { line.hasPrefix($0.text) } }

    private func checkHiding() {
      guard let hide = runner.hide else { return }
      let lines = ["a-secret-0123456789", "another one, 100% \"quoted\"; a:b", "two\r\nlines"].map {
        hide(Secret($0)).reveal()
      }
      #expect(Set(lines).count == lines.count, "two secrets are hidden by one line")
      for line in lines {
        #expect(!line.contains { $0.isNewline }, "what hides a secret is more than one line")
        #expect(isCommand(line), "what hides a secret begins with none of the runner's marks")
      }
      #expect(lines[0].contains("a-secret-0123456789"), "the runner is not told what to hide")
    }

    private func checkAnnotations() {
      guard let annotate = runner.annotate else { return }
      for level in [Annotation.Level.error, .warning] {
        let line = annotate(Annotation(level, title: "a, title: of\nits own", "a message\r\nin two lines"))
        #expect(!line.contains { $0.isNewline }, "an annotation is more than one line")
        #expect(isCommand(line), "an annotation begins with none of the runner's marks")
      }
    }

    private func checkOutputs() {
      guard let outputs = runner.outputs else { return }
      #expect(EntryName.isValid(outputs.format), "the format of step outputs is no name")
      #expect(!["token", "json", "env"].contains(outputs.format), "the format of step outputs is another form's name")
      let values = [("api-token", "a-secret-0123456789"), ("registry", "sample")]
      let record = outputs.record(values.map { StepOutput($0, Secret($1)) }).reveal()
      #expect(record.hasSuffix("\n"), "the record of step outputs does not end its last line")
      for (name, value) in values {
        #expect(record.contains(name) && record.contains(value), "a step output is missing in the record")
      }
      // A value that goes on as a record does must not end as one.
      let one = outputs.record([StepOutput("a", Secret("b"))]).reveal()
      let two = outputs.record([StepOutput("a", Secret("b\n\(one.dropLast())"))]).reveal()
      #expect(!two.hasSuffix("\n\(one)"), "a value forms a step output of its own")
    }
  }
#endif
