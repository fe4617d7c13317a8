import BrokerCore
import BrokerPrograms

/// The languages that samples of programs are written in.
enum SampleLanguage: String, CaseIterable {
  /// POSIX shell.
  case sh
  /// Python, with its standard library alone.
  case python
}

/// A program that is a plug-in, and its test, as an author begins with them.
struct SamplePlugin {
  let name: String
  let kind: PluginKind
  let language: SampleLanguage

  /// The program's text.
  var program: String {
    switch (kind, language) {
    case (.provider, .sh): filled(ShellSamples.head + ShellSamples.provider)
    case (.registry, .sh): filled(ShellSamples.head + ShellSamples.registry)
    case (.provider, .python): filled(PythonSamples.provider + PythonSamples.foot)
    case (.registry, .python): filled(PythonSamples.registry + PythonSamples.foot)
    }
  }

  /// The text of its test.
  var test: String {
    switch (kind, language) {
    case (.provider, .sh): filled(ShellSamples.test + ShellSamples.providerTest + ShellSamples.testEnd)
    case (.registry, .sh): filled(ShellSamples.test + ShellSamples.registryTest + ShellSamples.testEnd)
    case (.provider, .python): filled(PythonSamples.test + PythonSamples.providerTest + PythonSamples.testEnd)
    case (.registry, .python): filled(PythonSamples.test + PythonSamples.registryTest + PythonSamples.testEnd)
    }
  }

  private func filled(_ text: String) -> String {
    text.replacing("@name@", with: name)
      .replacing("@kind@", with: kind.rawValue)
      .replacing("@VARIABLE@", with: name.uppercased().replacing("-", with: "_"))
  }
}
