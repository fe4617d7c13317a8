public import BrokerCore
public import WarehouseRegistry

/// TestPyPI, PyPI's separate instance for trying things out.
public struct TestPyPI: WarehousePlugin {
  /// What TestPyPI is when nothing is configured (docs.pypi.org, "Using a publisher").
  public enum Defaults: IndexDefaults {
    /// The upload address, `https://test.pypi.org/legacy/`.
    public static let uploadURL = HTTPURL(.https(host: "test.pypi.org"), path: "/legacy/")
    /// The simple index, `https://test.pypi.org/simple/`.
    public static let simpleURL = HTTPURL(.https(host: "test.pypi.org"), path: "/simple/")
    /// The audience `testpypi`.
    public static let audience: Audience = "testpypi"
    /// The site `https://test.pypi.org`.
    public static let site = Origin.https(host: "test.pypi.org")
    /// Hosts that do not exist any more, or never did.
    public static let mistakenHosts = ["upload.test.pypi.org", "testpypi.python.org", "upload.pypi.org", "pypi.org"]
  }

  /// The type name `testpypi`.
  public static let type = "testpypi"
  /// What it is.
  public static let summary = "TestPyPI (test.pypi.org), where releases are tried out"

  /// The index that does the work.
  public let index: WarehouseClient

  /// Makes the registry.
  public init(name: String, configuration: IndexConfiguration<Defaults>, services: PluginServices) {
    index = WarehouseClient(name: name, configuration: configuration, services: services)
  }
}
