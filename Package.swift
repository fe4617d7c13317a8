// swift-tools-version: 6.2

import PackageDescription

#if canImport(Glibc)
  import Glibc

  /// Whether this machine has the C++ library as an archive.
  var found = glob_t()
  let hasArchive = glob("/usr/lib/gcc/*/*/libstdc++.a", 0, nil, &found) == 0
#else
  let hasArchive = false
#endif

/// The tool has the libraries of GCC that the Swift runtime needs linked in where it can: each of its starts is 0.7 ms
/// shorter, and a job's image need not have them.
let linksRuntime: [LinkerSetting] =
  hasArchive
  ? [
    .unsafeFlags(
      ["-L", "\(Context.packageDirectory)/Sources/Broker/Link", "-Xclang-linker", "-static-libgcc"],
      .when(platforms: [.linux], configuration: .release))
  ] : []

let package = Package(
  name: "token-broker",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "token-broker", targets: ["token-broker"]),
    .library(name: "BrokerCore", targets: ["BrokerCore"]),
    // For tests alone. What needs Testing is left out where that is not there: with --static-swift-stdlib.
    .library(name: "BrokerConformance", targets: ["BrokerConformance"]),
    .library(name: "BrokerSandbox", targets: ["BrokerSandbox"]),
    .library(name: "TokenBroker", targets: ["TokenBroker"]),
    .library(name: "BuiltInPlugins", targets: ["BuiltInPlugins"]),
    .library(name: "BrokerPrograms", targets: ["BrokerPrograms"]),
    .library(name: "ProgramProvider", targets: ["ProgramProvider"]),
    .library(name: "ProgramRegistry", targets: ["ProgramRegistry"]),
    .library(name: "WarehouseRegistry", targets: ["WarehouseRegistry"]),
    .library(name: "GitHubProvider", targets: ["GitHubProvider"]),
    .library(name: "GitLabProvider", targets: ["GitLabProvider"]),
    .library(name: "CratesIORegistry", targets: ["CratesIORegistry"]),
    .library(name: "TokenProvider", targets: ["TokenProvider"]),
    .library(name: "ExchangeRegistry", targets: ["ExchangeRegistry"]),
    .library(name: "GoogleProvider", targets: ["GoogleProvider"]),
    .library(name: "PyPIRegistry", targets: ["PyPIRegistry"]),
    .library(name: "TestPyPIRegistry", targets: ["TestPyPIRegistry"]),
  ],
  targets: [
    // The broker
    .target(name: "BrokerCore", path: "Sources/Broker/Core"),
    .target(
      name: "CLibcurl", path: "Sources/Broker/CLibcurl",
      linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "CProcess", path: "Sources/Broker/CProcess"),
    .target(
      name: "CMemory", path: "Sources/Broker/CMemory",
      linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "BrokerSystem", dependencies: ["BrokerCore", "CLibcurl", "CProcess"], path: "Sources/Broker/System"),
    .target(name: "BrokerSandbox", dependencies: ["BrokerCore"], path: "Sources/Broker/Sandbox"),
    .target(
      name: "BrokerConformance", dependencies: ["BrokerCore", "BrokerSandbox"], path: "Sources/Broker/Conformance"),

    .target(name: "BrokerPrograms", dependencies: ["BrokerCore"], path: "Sources/Broker/Programs"),

    // Plug-ins
    .target(
      name: "ProgramProvider", dependencies: ["BrokerCore", "BrokerPrograms"], path: "Sources/Providers/Program",
      exclude: ["Sandbox"]),
    .target(
      name: "ProgramProviderSandbox", dependencies: ["BrokerCore", "BrokerSandbox"],
      path: "Sources/Providers/Program/Sandbox"),
    .target(
      name: "ProgramRegistry", dependencies: ["BrokerCore", "BrokerPrograms"], path: "Sources/Registries/Program",
      exclude: ["Sandbox"]),
    .target(
      name: "ProgramRegistrySandbox", dependencies: ["BrokerCore", "BrokerSandbox"],
      path: "Sources/Registries/Program/Sandbox"),
    .target(name: "GitHubProvider", dependencies: ["BrokerCore"], path: "Sources/Providers/GitHub/Provider"),
    .target(
      name: "GitHubSandbox", dependencies: ["BrokerCore", "BrokerSandbox"], path: "Sources/Providers/GitHub/Sandbox"),
    .target(name: "GitLabProvider", dependencies: ["BrokerCore"], path: "Sources/Providers/GitLab/Provider"),
    .target(
      name: "GitLabSandbox", dependencies: ["BrokerCore", "BrokerSandbox"], path: "Sources/Providers/GitLab/Sandbox"),
    .target(name: "CratesIORegistry", dependencies: ["BrokerCore"], path: "Sources/Registries/CratesIO/Registry"),
    .target(
      name: "CratesIOSandbox", dependencies: ["BrokerCore", "BrokerSandbox"],
      path: "Sources/Registries/CratesIO/Sandbox"),
    .target(name: "TokenProvider", dependencies: ["BrokerCore"], path: "Sources/Providers/Token/Provider"),
    .target(
      name: "TokenSandbox", dependencies: ["BrokerCore", "BrokerSandbox"], path: "Sources/Providers/Token/Sandbox"),
    .target(name: "ExchangeRegistry", dependencies: ["BrokerCore"], path: "Sources/Registries/Exchange/Registry"),
    .target(
      name: "ExchangeSandbox", dependencies: ["BrokerCore", "BrokerSandbox"],
      path: "Sources/Registries/Exchange/Sandbox"),
    .target(name: "GoogleProvider", dependencies: ["BrokerCore"], path: "Sources/Providers/Google/Provider"),
    .target(
      name: "GoogleSandbox", dependencies: ["BrokerCore", "BrokerSandbox"], path: "Sources/Providers/Google/Sandbox"),
    .target(name: "WarehouseRegistry", dependencies: ["BrokerCore"], path: "Sources/Registries/Warehouse/Registry"),
    .target(
      name: "WarehouseSandbox", dependencies: ["BrokerCore", "BrokerSandbox"],
      path: "Sources/Registries/Warehouse/Sandbox"),
    .target(name: "PyPIRegistry", dependencies: ["BrokerCore", "WarehouseRegistry"], path: "Sources/Registries/PyPI"),
    .target(
      name: "TestPyPIRegistry", dependencies: ["BrokerCore", "WarehouseRegistry"], path: "Sources/Registries/TestPyPI"),
    .target(
      name: "BuiltInPlugins",
      dependencies: [
        "BrokerCore", "BrokerSandbox", "CratesIORegistry", "CratesIOSandbox", "GitHubProvider", "GitHubSandbox",
        "GitLabProvider", "GitLabSandbox", "GoogleProvider", "GoogleSandbox", "ExchangeRegistry", "PyPIRegistry",
        "TestPyPIRegistry", "TokenProvider",
        "WarehouseSandbox", "ProgramProvider", "ProgramRegistry", "TokenSandbox", "ExchangeSandbox",
        "ProgramProviderSandbox", "ProgramRegistrySandbox",
      ],
      path: "Sources/Broker/BuiltIn"),

    // The tool: the composition and the command line as a library, and the executable
    .target(
      name: "TokenBroker",
      dependencies: ["BrokerCore", "BrokerSystem", "BrokerSandbox", "BrokerPrograms", "BuiltInPlugins", "CMemory"],
      path: "Sources/Broker/Tool"),
    .executableTarget(
      name: "token-broker", dependencies: ["TokenBroker", "BuiltInPlugins"], path: "Sources/Broker/Main",
      linkerSettings: linksRuntime),

    // Tests
    .target(name: "TestSupport", dependencies: ["BrokerCore", "BrokerConformance"], path: "Tests/Support"),
    .testTarget(
      name: "BrokerCoreTests", dependencies: ["BrokerCore", "BrokerSandbox", "BrokerConformance", "TestSupport"]),
    .testTarget(
      name: "BrokerProgramsTests",
      dependencies: [
        "BrokerPrograms", "ProgramProvider", "ProgramRegistry", "BuiltInPlugins", "BrokerSystem", "BrokerConformance",
        "BrokerCore",
        "TestSupport",
      ]),
    .testTarget(
      name: "WarehouseRegistryTests",
      dependencies: ["WarehouseRegistry", "PyPIRegistry", "BrokerConformance", "BrokerCore", "TestSupport"]),
    .testTarget(
      name: "BrokerSystemTests", dependencies: ["BrokerSystem", "BrokerSandbox", "BrokerCore", "TestSupport"]),
    .testTarget(
      name: "WarehouseSandboxTests",
      dependencies: [
        "WarehouseSandbox", "GitHubSandbox", "GitLabSandbox", "GoogleSandbox", "BrokerSandbox", "BrokerCore",
        "TestSupport",
      ]),
    .testTarget(
      name: "GitHubProviderTests",
      dependencies: ["GitHubProvider", "GitHubSandbox", "BrokerConformance", "BrokerCore", "TestSupport"]),
    .testTarget(
      name: "GitLabProviderTests",
      dependencies: ["GitLabProvider", "GitLabSandbox", "BrokerConformance", "BrokerCore", "TestSupport"]),
    .testTarget(
      name: "CratesIORegistryTests",
      dependencies: [
        "CratesIORegistry", "CratesIOSandbox", "GitHubProvider", "GitLabProvider", "GitHubSandbox", "GitLabSandbox",
        "BrokerConformance", "BrokerSandbox", "BrokerCore", "TestSupport",
      ]),
    .testTarget(
      name: "TokenProviderTests", dependencies: ["TokenProvider", "BrokerConformance", "BrokerCore", "TestSupport"]),
    .testTarget(
      name: "ExchangeRegistryTests",
      dependencies: ["ExchangeRegistry", "BrokerConformance", "BrokerCore", "TestSupport"]),
    .testTarget(
      name: "GoogleProviderTests",
      dependencies: ["GoogleProvider", "GoogleSandbox", "BrokerConformance", "BrokerCore", "TestSupport"]),
    .testTarget(
      name: "PyPIRegistryTests",
      dependencies: [
        "PyPIRegistry", "WarehouseRegistry", "WarehouseSandbox", "GitHubSandbox", "BrokerConformance", "BrokerCore",
        "TestSupport",
      ]),
    .testTarget(
      name: "TestPyPIRegistryTests",
      dependencies: [
        "TestPyPIRegistry", "WarehouseRegistry", "WarehouseSandbox", "GitLabSandbox", "BrokerConformance", "BrokerCore",
        "TestSupport",
      ]),
    .testTarget(
      name: "TokenBrokerTests",
      dependencies: [
        "TokenBroker", "BuiltInPlugins", "GitHubProvider", "GitLabProvider", "PyPIRegistry", "TestPyPIRegistry",
        "BrokerConformance", "BrokerCore", "TestSupport",
      ]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "token-broker", "TokenBroker", "BuiltInPlugins", "BrokerSystem", "BrokerSandbox", "CratesIOSandbox",
        "GitHubSandbox",
        "GitLabSandbox", "GoogleSandbox", "WarehouseRegistry", "WarehouseSandbox", "BrokerConformance", "BrokerCore",
        "CMemory",
        "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

/// Settings for every Swift target.
let strict: [SwiftSetting] = [
  // A warning that is tolerated once is never read again.
  .treatAllWarnings(as: .error),
  // SE-0458: each unsafe construct is marked, and has a reason beside it.
  .strictMemorySafety(),
  // SE-0335: `any` marks the places where a plug-in is behind a protocol.
  .enableUpcomingFeature("ExistentialAny"),
  // SE-0409: a public import is a decision, not an accident.
  .enableUpcomingFeature("InternalImportsByDefault"),
  // SE-0444: a member is visible only where its module is imported.
  .enableUpcomingFeature("MemberImportVisibility"),
  // SE-0470: conformances take the isolation of their type.
  .enableUpcomingFeature("InferIsolatedConformances"),
  // SE-0461: an async function stays where its caller runs.
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  // SE-0481: a weak capture need not be a variable.
  .enableUpcomingFeature("ImmutableWeakCaptures"),
]

let cTargets: Set<String> = ["CLibcurl", "CProcess", "CMemory"]
for target in package.targets where !cTargets.contains(target.name) {
  target.swiftSettings = (target.swiftSettings ?? []) + strict
}
for target in package.targets where cTargets.contains(target.name) {
  target.cSettings = [.treatAllWarnings(as: .error)]
}
