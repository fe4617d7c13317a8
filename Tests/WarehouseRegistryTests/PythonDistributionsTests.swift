import BrokerCore
import Testing
import WarehouseRegistry

struct PythonDistributionsTests {
  @Test(arguments: [
    ("dist/sample-1.0-py3-none-any.whl", "sample", "1.0"),
    ("My_Pkg-1.0-1-cp311-cp311-linux_x86_64.whl", "my-pkg", "1.0"), ("sample-1.0.tar.gz", "sample", "1.0"),
    ("./my-old-name-1.0rc1.tar.gz", "my-old-name", "1.0rc1"), ("a.b__c-2.zip", "a-b-c", "2"),
    ("/x y/sample-1.0.zip", "sample", "1.0"), ("sample-1!2.0.tar.gz", "sample", "1!2.0"),
    ("sample-1.0+local.1-py3-none-any.whl", "sample", "1.0+local.1"),
  ])
  func readsNames(_ path: String, _ project: String, _ version: String) {
    let name = PythonDistributions().name(of: path)
    #expect(name?.project == project && name?.version == version)
    #expect(name?.filename == path.split(separator: "/").last.map(String.init))
  }

  @Test(arguments: [
    "sample-1.0.tar.bz2", "sample.whl", "-1.0.tar.gz", "_sample-1.0.tar.gz", "sämple-1.0.zip", "sample/-1.0.zip",
    "dist/",
    "", "sample-1.0.tar.gz.asc", "../simple%2f-1.0.zip", "sample-1.0.whl.publish.attestation",
  ])
  func readsNoOtherNames(_ path: String) { #expect(PythonDistributions().name(of: path) == nil) }
}
