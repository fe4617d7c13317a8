public import BrokerCore
public import WarehouseRegistry

extension WarehouseSite {
  /// TestPyPI, PyPI's separate instance for trying things out (docs.pypi.org, "Using a publisher").
  public static let testPyPI = WarehouseSite(
    "testpypi", summary: "TestPyPI (test.pypi.org), where releases are tried out",
    uploadURL: HTTPURL(.https(host: "test.pypi.org"), path: "/legacy/"),
    simpleURL: HTTPURL(.https(host: "test.pypi.org"), path: "/simple/"), audience: "testpypi",
    management: .https(host: "test.pypi.org"),
    // These do not exist any more, never did, or are PyPI's.
    mistakenHosts: ["upload.test.pypi.org", "testpypi.python.org", "upload.pypi.org", "pypi.org"])
}

extension RegistryType {
  /// TestPyPI, where releases are tried out.
  public static let testPyPI = RegistryType.warehouse(.testPyPI)
}
