// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "own-provider",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "token-broker", path: "../..")],
  targets: [
    .target(name: "OwnCI", dependencies: [.product(name: "BrokerCore", package: "token-broker")]),
    .target(name: "Depot", dependencies: [.product(name: "BrokerCore", package: "token-broker")]),
    .target(
      name: "OwnSandbox",
      dependencies: [
        .product(name: "BrokerCore", package: "token-broker"), .product(name: "BrokerSandbox", package: "token-broker"),
      ]),
    .executableTarget(
      name: "own-broker",
      dependencies: ["OwnCI", "Depot", "OwnSandbox", .product(name: "TokenBroker", package: "token-broker")]),
    .testTarget(
      name: "OwnProviderTests",
      dependencies: [
        "OwnCI", "Depot", "OwnSandbox", .product(name: "BrokerCore", package: "token-broker"),
        .product(name: "BrokerConformance", package: "token-broker"),
      ]),
  ]
)
