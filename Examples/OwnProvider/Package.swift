// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "own-provider",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "token-broker", path: "../..")],
  targets: [
    .executableTarget(
      name: "OwnBroker",
      dependencies: [
        .product(name: "BrokerCore", package: "token-broker"),
        .product(name: "TokenBroker", package: "token-broker"),
        .product(name: "BuiltInPlugins", package: "token-broker"),
      ])
  ]
)
