import BrokerCore
import TestSupport
import Testing
import TokenBroker

struct ServicesTests {
  @Test("a plug-in can read files and run programs of the machine")
  func reachTheMachine() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("file", "read")
    let broker = Broker(catalog: PluginCatalog(), environment: Environment(["SECRET": "of the job"]))
    let services = broker.services()
    #expect(try services.files.read("\(folder.path)/file", maximumBytes: 4) == Array("read".utf8))
    // A program has no variable of the job that the plug-in does not give it.
    let result = try await services.programs.run(Program(["/usr/bin/env"], environment: ["GIVEN": "by the plug-in"]))
    #expect(String(decoding: result.output, as: UTF8.self) == "GIVEN=by the plug-in\n" && result.status == 0)
  }
}
