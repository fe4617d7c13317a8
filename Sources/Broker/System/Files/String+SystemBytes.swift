import BrokerCore

extension String {
  /// The bytes that the text stands for, as the C library reads them, with the zero at the end.
  var systemBytes: [CChar] { SystemText.bytes(of: self).map { CChar(bitPattern: $0) } + [0] }
}
