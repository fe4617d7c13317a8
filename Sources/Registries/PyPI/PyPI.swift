public import BrokerCore
public import WarehouseRegistry

/// The Python Package Index, or an own index that speaks its protocol.
public struct PyPI: WarehousePlugin {
  /// What PyPI is when nothing is configured (docs.pypi.org, "Using a publisher").
  public enum Defaults: IndexDefaults {
    /// The upload address, `https://upload.pypi.org/legacy/`.
    public static let uploadURL = HTTPURL(.https(host: "upload.pypi.org"), path: "/legacy/")
    /// The simple index, `https://pypi.org/simple/`.
    public static let simpleURL = HTTPURL(.https(host: "pypi.org"), path: "/simple/")
    /// The audience `pypi`.
    public static let audience: Audience = "pypi"
    /// The site `https://pypi.org`.
    public static let site = Origin.https(host: "pypi.org")
    /// Hosts that serve PyPI, but no uploads; TestPyPI has a plug-in of its own.
    public static let mistakenHosts = ["pypi.org", "www.pypi.org", "pypi.python.org", "test.pypi.org"]
  }

  /// The type name `pypi`.
  public static let type = "pypi"
  /// What it is.
  public static let summary = "the Python Package Index (pypi.org), or an own index that speaks its protocol"

  /// The index that does the work.
  public let index: WarehouseClient

  /// Makes the registry.
  public init(name: String, configuration: IndexConfiguration<Defaults>, services: PluginServices) {
    index = WarehouseClient(name: name, configuration: configuration, services: services)
  }
}
