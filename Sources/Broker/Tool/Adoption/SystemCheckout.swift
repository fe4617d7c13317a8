import BrokerCore
import BrokerSystem

/// A checkout as it is when some of its files have other texts.
struct ChangedCheckout: CheckoutFiles {
  /// What is to be changed.
  struct Change: Sendable {
    /// The texts by the paths in the checkout.
    let texts: [String: String]
    /// The configuration that is in force then.
    let configuration: BrokerConfiguration
  }

  private let files: any CheckoutFiles
  private let texts: [String: String]

  init(_ files: any CheckoutFiles, _ texts: [String: String]) {
    self.files = files
    self.texts = texts
  }

  func names(in folder: String) -> [String] { files.names(in: folder) }

  func read(_ path: String) throws(BrokerError) -> [UInt8]? {
    if let text = texts[path] { return Array(text.utf8) }
    return try files.read(path)
  }
}

/// The files of a checkout on this machine.
struct SystemCheckout: CheckoutFiles {
  /// The root of the checkout.
  let root: String

  /// The greatest length of a file that is read.
  private static let maximumBytes = 1 << 20

  func names(in folder: String) -> [String] { FolderReader.names(in: folder.isEmpty ? root : "\(root)/\(folder)") }

  func read(_ path: String) throws(BrokerError) -> [UInt8]? {
    let file = "\(root)/\(path)"
    guard FileReader.isListed(file) else { return nil }
    // A file that a link leads to outside of the checkout does not belong to it.
    guard let real = FileLocation.real(file), let place = FileLocation.real(root), real.hasPrefix("\(place)/") else {
      throw BrokerError(
        .fileUnreadable, "\(Neutralized(path)) leads out of the checkout, or nowhere.",
        remedy: "Put the file itself there.")
    }
    do throws(BrokerError) {
      return try FileReader.read(file, maximumBytes: Self.maximumBytes, code: .fileUnreadable)
    } catch { throw error }
  }
}
