import BrokerCore
import TestSupport
import Testing

@testable import WarehouseRegistry

/// Wheels are read in pieces: the directory, and the beginning of one member.
struct WheelContentsTests {
  private func read(_ bytes: [UInt8]) -> WheelContents? {
    WheelContents(size: bytes.count) { offset, count in
      offset < 0 || count < 0 || offset > bytes.count ? nil : Array(bytes[offset...].prefix(count))
    }
  }

  /// Made by Python's zipfile with DEFLATE.
  private static let wheel =
    "UEsDBBQAAAAIAAAAIVA7ifaLCAAAAAYAAAAXAAAAb2N0b19zYW1wbGUvX19pbml0X18ucHmrULBVMOQCAFBLAwQUAAAACAAAACFQtUYESUoAAAA4AQAA"
    + "IgAAAG9jdG9fc2FtcGxlLTEuMC5kaXN0LWluZm8vTUVUQURBVEHzTS1JTEksSdQNSy0qzszPs1Iw0jPh8kvMTbVSyE8uydctTswtyEnlgksb6hlwBZfm"
    + "5iYWVVopOCpApblcUouTizILSoBqRgQbAFBLAwQUAAAACAAAACFQjEg7JhUAAAATAAAAHwAAAG9jdG9fc2FtcGxlLTEuMC5kaXN0LWluZm8vV0hFRUwL"
    + "z0hNzdENSy0qzszPs1Iw1DPgAgBQSwMEFAAAAAgAAAAhUAAAAAACAAAAAAAAACAAAABvY3RvX3NhbXBsZS0xLjAuZGlzdC1pbmZvL1JFQ09SRAMAUEsB"
    + "AhQDFAAAAAgAAAAhUDuJ9osIAAAABgAAABcAAAAAAAAAAAAAAIABAAAAAG9jdG9fc2FtcGxlL19faW5pdF9fLnB5UEsBAhQDFAAAAAgAAAAhULVGBElK"
    + "AAAAOAEAACIAAAAAAAAAAAAAAIABPQAAAG9jdG9fc2FtcGxlLTEuMC5kaXN0LWluZm8vTUVUQURBVEFQSwECFAMUAAAACAAAACFQjEg7JhUAAAATAAAA"
    + "HwAAAAAAAAAAAAAAgAHHAAAAb2N0b19zYW1wbGUtMS4wLmRpc3QtaW5mby9XSEVFTFBLAQIUAxQAAAAIAAAAIVAAAAAAAgAAAAAAAAAgAAAAAAAAAAAA"
    + "AACAARkBAABvY3RvX3NhbXBsZS0xLjAuZGlzdC1pbmZvL1JFQ09SRFBLBQYAAAAABAAEADABAABZAQAAAAA="

  @Test func readsWhatPythonPacks() throws {
    let bytes = try #require(Base64.decode(Self.wheel))
    let folder = "octo_sample-1.0.dist-info"
    for prefix in [[], [0x23, 0x21, 0x0A]] as [[UInt8]] {
      let contents = try #require(read(prefix + bytes))
      #expect(contents.metadataFiles == ["\(folder)/METADATA", "\(folder)/WHEEL", "\(folder)/RECORD"])
      #expect(
        contents.fields == [
          "metadata-version": "2.4", "name": "octo-sample", "version": "1.0", "summary": "A sample",
        ])
    }
  }

  @Test func readsWhatIsNotCompressed() throws {
    let contents = try #require(read(SampleWheel.bytes()))
    #expect(contents.fields["name"] == "sample" && contents.fields["words"] == nil)
  }

  /// Whatever is cut off or changed: a wheel is read or it is not, and nothing is read outside of it.
  @Test func survivesEveryCutAndEveryByte() throws {
    for bytes in [SampleWheel.bytes(), try #require(Base64.decode(Self.wheel))] {
      for length in bytes.indices { _ = read(Array(bytes[..<length])) }
      for index in bytes.indices {
        for byte in [0, 0x7F, 0xFF] as [UInt8] {
          var changed = bytes
          changed[index] = byte
          _ = read(changed)
        }
      }
    }
  }

  /// Several folders of metadata: which is the wheel's cannot be told.
  @Test func takesNoFieldsFromSeveralFolders() throws {
    let bytes = SampleWheel.zip([
      ("a-1.dist-info/METADATA", "Name: a\n\n"), ("b-1.dist-info/METADATA", "Name: b\n\n"),
      ("x/c-1.dist-info/METADATA", "Name: c\n\n"),
    ])
    let contents = try #require(read(bytes))
    #expect(contents.fields.isEmpty && contents.metadataFiles.count == 2)
  }

  // MARK: DEFLATE

  /// Made by zlib: stored, with the fixed codes, and with codes of its own; the SHA-256 of what is compressed.
  @Test(
    "compressed bytes are read as zlib reads them, and cut where it is asked",
    arguments: [
      (
        "AQ8A8P9zdG9yZWQgYXMgaXQgaXM=", 15, SHA256.hexadecimal(of: Array("stored as it is".utf8))
      ),
      ("S0yEgSQ4gAslAgA=", 30, SHA256.hexadecimal(of: Array("aaaaaaaaaabbbbbbbbbbaaaaaaaaaa".utf8))),
      (
        "VVNbbsMwDLtKjhBJfh7HxYJuQLoVWO+PuSGlZF+GLEqkaPm2vUbVZezPz2E8iy0f2/4aZcWphffMp477WhE3xpaW27tdJmzFyapmy/b8/dp/vgXw"
          + "Vg94TuyOsFeSB1z7ch+Px5jnFWBkzwFsZFJDgWScXR0xuRybj2bWAJmawZo4GmcoAk6mJ9c7TCXaUJv4TEEggJaCRKLqbmxMc6x7waR0letRqnJx4AD3"
          + "hp79koBsTlo5eeZYpxx/qxS1EkP0sx/VUuw5Z4Ukt2duAnjItzrulFZbSOENDGlwtEaJ0pF5cxRwHYQGZQrvBWkTOp4uDZAhUsFg8erKkqb/3fE9lxRv"
          + "gbF5r4lUJOh28cnfiouijXJhFH7C1O57QmMLdrjF9BlbX2qUM5HEnwIaCnBUEoIRYpnPn2D6Bw==", 984,
        "3c75cdcedc82aae93a5bc0ad4409406f842f1eda155386927662c39370c1090a"
      ),
    ])
  func inflates(_ text: String, _ count: Int, _ digest: String) throws {
    let bytes = try #require(Base64.decode(text))
    let all = try #require(Inflate.prefix(of: bytes[...], maximum: 65_536))
    #expect(all.count == count && SHA256.hexadecimal(of: all) == digest)
    // What is cut off, or not wanted, is left out; the rest is the same.
    #expect(Inflate.prefix(of: bytes[...], maximum: 7) == Array(all.prefix(7)))
    for length in bytes.indices {
      let part = try #require(Inflate.prefix(of: bytes[..<length], maximum: 65_536))
      #expect(all.starts(with: part))
    }
  }

  /// Block types that there are not, lengths that contradict each other, distances before the beginning, codes that are
  /// none.
  @Test(
    "bytes that are no deflate stream are refused",
    arguments: [
      [0x07], [0x01, 0x01, 0x00, 0x00, 0x00], [0x03, 0x02], [0x05, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
    ] as [[UInt8]])
  func refusesWhatIsNone(_ bytes: [UInt8]) {
    #expect(Inflate.prefix(of: (bytes + [UInt8](repeating: 0xFF, count: 64))[...], maximum: 65_536) == nil)
  }

  /// A thousand times as much as it came from: no more than is wanted.
  @Test("no more bytes come out than are wanted") func isBounded() {
    // A block with fixed codes: one literal, then a match of 258 bytes at the distance 1, again and again.
    var bits: [Int] = [1, 1, 0] + [0, 1, 1, 1, 0, 0, 0, 1]
    for _ in 0..<4_000 { bits += [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0] }
    var bytes = [UInt8](repeating: 0, count: bits.count / 8 + 1)
    for (index, bit) in bits.enumerated() { bytes[index / 8] |= UInt8(bit) << UInt8(index % 8) }
    #expect(Inflate.prefix(of: bytes[...], maximum: 65_536)?.count == 65_536)
  }
}
