import BrokerCore
import BrokerSystem

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
    // Another file that a link leads to outside of the checkout is none of its own.
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
