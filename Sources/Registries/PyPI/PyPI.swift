public import BrokerCore
public import WarehouseRegistry

extension WarehouseSite {
  /// The Python Package Index (docs.pypi.org, "Using a publisher").
  public static let pypi = WarehouseSite(
    "pypi", summary: "the Python Package Index (pypi.org), or an own index that speaks its protocol",
    uploadURL: HTTPURL(.https(host: "upload.pypi.org"), path: "/legacy/"),
    simpleURL: HTTPURL(.https(host: "pypi.org"), path: "/simple/"), audience: "pypi",
    management: .https(host: "pypi.org"),
    // These serve PyPI, but take no uploads; TestPyPI has a plug-in of its own.
    mistakenHosts: ["pypi.org", "www.pypi.org", "pypi.python.org", "test.pypi.org"], isUsual: true)
}

extension RegistryType {
  /// The Python Package Index, or an own index that speaks its protocol.
  public static let pypi = RegistryType.warehouse(.pypi)
}
