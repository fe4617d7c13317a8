extension PluginCatalog {
  /// The plug-ins whose sources are part of the module.
  static func builtIn() throws(BrokerError) -> PluginCatalog {
    var catalog = PluginCatalog()
    try catalog.add(.gitHub)
    try catalog.add(.gitLab)
    try catalog.add(.testPyPI)
    try catalog.add(.pypi)
    try catalog.add(UsualRoute("release", over: "testpypi", "pypi"))
    return catalog
  }
}
