import BrokerCore
import TestSupport
import Testing

@testable import WarehouseRegistry

/// Source distributions are read from their beginning.
struct SourceContentsTests {
  private func fields(_ bytes: [UInt8]) -> [String: String]? {
    SourceContents.fields(size: bytes.count) { offset, count in
      offset < 0 || count < 0 || offset > bytes.count ? nil : Array(bytes[offset...].prefix(count))
    }
  }

  /// Made by Python's tarfile and gzip: pax records, a long path, and another `PKG-INFO` in a deeper folder.
  private static let packed =
    "H4sICAAAAAAC/29jdG9fc2FtcGxlLTEuMC50YXIA7ZhfS8MwFMXznE+RL9A0SZMUBgMF5x9kc4j4KmENdrCuI42wj29lU3Ey9GHtGDs/KL20hU"
    + "J77zmXw1OeXkzd+ta7wgfSCWLDvrMQyn7XH9elUDIjbE164K2JLrSvJ+eJUqyK88oPZf75/bmhBJwJ9SzWL42rVgufSC7Srubfar1//ttaaqN0"
    + "ngu9mX8rDGEG8985HPoP/Yf+Q/+3+t+EWTq9v0nuJtcPvem/NDv635aCMIH575yJq/yA1bH0gWLs4f/H8H9l1W//N/D/PpDGspWL5XDXCBb18v"
    + "UYR/o4urwaj3hVUOwm/ft/F7/0D/+XKtc//T9TWW7h/30QADhRoN7If6D/yH/A4fa/Q2c//8l/pJQ7+Y+02P/6YeyjK1x0ybMPzbxeDpjimm5T"
    + "obY3kk1v0K/bbZNQ+lR6FlrHqPz20TUkAwAAAADgNHgHjPhaZgAoAAA="

  @Test func readsWhatPythonPacks() throws {
    let bytes = try #require(Base64.decode(Self.packed))
    #expect(fields(bytes) == ["metadata-version": "2.4", "name": "octo-sample", "version": "1.0"])
  }

  /// All that may stand in the header of a gzip file.
  @Test(arguments: [0, 0x02, 0x04, 0x08, 0x10, 0x1E] as [UInt8])
  func readsEveryHeader(_ flags: UInt8) {
    #expect(fields(SampleSource.bytes(flags: flags))?["name"] == "sample")
  }

  /// What is no such file, has its metadata elsewhere, or behind more than is read.
  @Test func readsNothingElse() {
    #expect(fields([]) == nil && fields(Array("no gzip file, but long enough for one".utf8)) == nil)
    #expect(fields(SampleSource.bytes(flags: 0x20)) == nil)
    #expect(fields(SampleSource.bytes(folder: "sample-1.0/src")) == nil)
    let large = String(repeating: "x", count: 600 * 1024)
    #expect(fields(SampleSource.bytes(before: [("sample-1.0/data", large)])) == nil)
    #expect(fields(SampleSource.bytes(behind: [("sample-1.0/data", large)]))?["name"] == "sample")
    // A length that leads far behind the end, and one that is none.
    for digits in ["77777777777", "-0000000001", "0000000008 ", "           "] {
      var bytes = SampleSource.bytes(before: [("sample-1.0/data", "x")])
      bytes.replaceSubrange((15 + 124)..<(15 + 124 + 11), with: digits.utf8)
      #expect(fields(bytes) == nil || digits == "           ", "\(digits)")
    }
  }

  /// Whatever is cut off or changed.
  @Test func survivesEveryCutAndEveryByte() throws {
    for bytes in [SampleSource.bytes(flags: 0x1E), try #require(Base64.decode(Self.packed))] {
      for length in stride(from: 0, to: bytes.count, by: 3) { _ = fields(Array(bytes[..<length])) }
      for index in bytes.indices {
        var changed = bytes
        changed[index] = index.isMultiple(of: 2) ? 0xFF : 0
        _ = fields(changed)
      }
    }
  }
}
