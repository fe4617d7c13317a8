import BrokerCore
import BrokerSandbox

/// The fields of an upload (PyPI's legacy upload API: multipart/form-data, RFC 7578).
struct UploadForm {
  private(set) var fields: [String: String] = [:]
  private(set) var filename: String?
  private(set) var content: [UInt8] = []

  /// Nil if the body is no such form.
  init?(_ request: ServerRequest) {
    guard let type = request.field("content-type"), type.lowercased().hasPrefix("multipart/form-data"),
      let range = type.firstRange(of: "boundary=")
    else { return nil }
    let boundary = type[range.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
    let marker = Array("--\(boundary)".utf8)
    var rest = request.body[...]
    guard let first = rest.firstRange(of: marker) else { return nil }
    rest = rest[first.upperBound...]
    let separator = Array("\r\n".utf8) + marker
    while let next = rest.firstRange(of: separator) {
      add(rest[..<next.lowerBound])
      rest = rest[next.upperBound...]
    }
  }

  private mutating func add(_ part: ArraySlice<UInt8>) {
    guard let blank = part.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
    let head = String(decoding: part[..<blank.lowerBound], as: UTF8.self)
    let content = part[blank.upperBound...]
    guard let name = Self.parameter("name", in: head) else { return }
    if let filename = Self.parameter("filename", in: head) {
      // A signature beside the file is a file too; the distribution is the field "content".
      guard name == "content" else { return }
      self.filename = filename
      self.content = Array(content)
    } else {
      fields[name] = String(decoding: content, as: UTF8.self)
    }
  }

  private static func parameter(_ name: String, in head: String) -> String? {
    for separator in ["; \(name)=\"", ";\(name)=\""] {
      guard let range = head.firstRange(of: separator) else { continue }
      return String(head[range.upperBound...].prefix { $0 != "\"" })
    }
    return nil
  }
}
