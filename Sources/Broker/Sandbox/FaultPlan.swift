import BrokerCore
import Synchronization

/// The faults that are still to come.
final class FaultPlan: Sendable {
  private let faults: Mutex<[(fault: SandboxFault, left: Int)]>

  init(_ faults: [SandboxFault]) {
    self.faults = Mutex(faults.map { ($0, $0.count) })
  }

  func add(_ fault: SandboxFault) { faults.withLock { $0.append((fault, fault.count)) } }

  func removeAll() { faults.withLock { $0.removeAll() } }

  /// What goes wrong with the next request of a step; each fault counts down.
  func next(_ step: SandboxFault.Step, at registry: String?) -> [SandboxFault.Behaviour] {
    faults.withLock { faults in
      var behaviours: [SandboxFault.Behaviour] = []
      for index in faults.indices where faults[index].left > 0 {
        let fault = faults[index].fault
        guard fault.step == step, fault.registry == nil || fault.registry == registry else { continue }
        faults[index].left -= 1
        behaviours.append(fault.behaviour)
      }
      return behaviours
    }
  }

  /// Answers a request with its faults: `respond` acts on it unless a fault comes before that, such as a `refusal`.
  static func apply(
    _ behaviours: [SandboxFault.Behaviour], refusal: (String, String) -> ServerResponse,
    to respond: () -> ServerResponse
  ) -> ServerResponse {
    func damaged(_ response: ServerResponse, _ damage: ServerResponse.Damage) -> ServerResponse {
      var response = response
      response.damage = damage
      return response
    }
    let nothing = ServerResponse.json(200, .object([]))
    for behaviour in behaviours {
      switch behaviour {
      case .status(let status, let wait):
        var response = ServerResponse.html(status, "<html><body><h1>\(status)</h1></body></html>")
        if let wait { response.fields.append(("Retry-After", wait)) }
        return response
      case .stall: return damaged(nothing, .stall)
      case .hangUp: return damaged(nothing, .hangUp)
      case .garbage: return damaged(nothing, .garbage)
      case .redirect(let status, let address):
        return ServerResponse(status, type: "text/plain", [], fields: [("Location", address)])
      case .refuse(let code, let text): return refusal(code, text)
      case .body(let bytes): return ServerResponse(200, type: "application/json", bytes)
      case .tooMuch(let count):
        return ServerResponse(200, type: "application/json", [UInt8](repeating: 0x20, count: count))
      case .loseAnswer: return damaged(respond(), .hangUp)
      case .stallInBody: return damaged(respond(), .stallInBody)
      case .truncate: return damaged(respond(), .truncate)
      case .drip: return damaged(respond(), .drip)
      case .audience, .tokenAudience, .expires, .acceptAnybody, .acceptReuse: continue
      }
    }
    return respond()
  }
}
