/// What a registry said when it refused an exchange, in its own words.
public struct Refusal: Sendable, Equatable {
  /// The status of the answer.
  public let status: Int
  /// The registry's code, neutralised; nil if it gave none.
  public let code: String?
  /// The registry's text, neutralised, pieces of the identity token taken out.
  public let text: String
  /// Whether the registry found no trusted publisher.
  public let isAboutPublisher: Bool

  /// A refusal; the texts are neutralised here.
  public init(status: Int, code: String?, text: String, isAboutPublisher: Bool = false) {
    self.status = status
    self.code = code.map { Neutralized($0, limit: 64).text }
    self.text = Neutralized(text).text
    self.isAboutPublisher = isAboutPublisher
  }

  /// The broker's own code for it.
  public var errorCode: ErrorCode { isAboutPublisher ? .publisherNotFound : .exchangeRefused }
}
