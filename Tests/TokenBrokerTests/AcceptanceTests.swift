import BuiltInPlugins
import TestSupport
import Testing

@testable import BrokerCore

/// The table of acceptance, and what the plug-ins and the pages say.
struct AcceptanceTests {
  private let catalog: PluginCatalog

  init() throws { catalog = try PluginCatalog.builtIn() }

  @Test("every provider and registry is in the table, and every recipe") func isWhole() throws {
    let table = catalog.acceptances
    let recipes = ["circleci", "buildkite", "forgejo", "codeberg", "azure-pipelines", "jenkins", "kubernetes"]
    let providers = catalog.providers.map(\.plugin).filter { $0.presence == .usual }.map(\.name)
    for name in recipes + providers { #expect(table.providers.contains(name), "\(name) is in no row") }
    let registries = catalog.registries.map(\.plugin).filter { $0.presence == .usual }.map(\.name)
    for name in registries where name != "testpypi" {
      #expect(table.contains { $0.registry == name }, "\(name) has no row")
    }
    for name in ["rubygems", "nuget", "npm", "prefix", "cloudsmith"] {
      #expect(table.contains { $0.registry == name }, "\(name) has no row")
    }
    for row in table {
      #expect(row.day.text.wholeMatch(of: /2026-\d\d-\d\d/) != nil && !row.source.isEmpty)
      #expect(Set(row.answers.map(\.provider)).count == row.answers.count, "\(row.registry) has a provider twice")
    }
  }

  @Test("the table says of a registry what its plug-in says") func agreesWithThePlugins() throws {
    let configuration = try ConfigurationReader(catalog: catalog).builtIn()
    for registry in configuration.registries {
      guard let row = catalog.acceptances.first(where: { $0.registry == registry.name }) else { continue }
      let accepted = registry.plugin.make(.none).capabilities.acceptedIssuers.map(\.family)
      guard !accepted.isEmpty else { continue }
      for type in catalog.providers where type.plugin.presence == .usual {
        let isAccepted = accepted.contains(type.jobs.family)
        let answer = try #require(row.answer(for: type.plugin.name))
        #expect((answer != .no) == isAccepted, "\(registry.name), \(type.plugin.name)")
      }
    }
  }

  @Test("the page has the table") func isOnThePage() throws {
    let page = try Recipe.page("token.md")
    let rows = catalog.acceptances
    for provider in rows.providers {
      let cells = rows.map { $0.answer(for: provider)?.word.text ?? "?" }
      let line = "| \(provider) | \(cells.joined(separator: " | ")) |"
      #expect(page.contains("\n\(line)\n"), "docs/token.md has not: \(line)")
    }
    for row in rows {
      #expect(page.contains("\(row.registry) (\(row.day.text), \(row.source.text))"), "\(row.registry)")
      for condition in row.conditions { #expect(page.contains(condition.text), "\(condition)") }
    }
  }
}
