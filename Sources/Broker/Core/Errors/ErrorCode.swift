/// A stable name for a kind of failure, and the status the process ends with.
///
/// Plug-ins may make codes of their own; those of the broker are the static members.
public struct ErrorCode: Sendable, Hashable, MessageValue {
  /// The name, in kebab case.
  public let name: String
  /// The exit status that goes with it.
  public let status: ExitStatus

  /// A code; `name` is in kebab case and never changes its meaning.
  public init(_ name: StaticString, _ status: ExitStatus) {
    self.name = name.description
    self.status = status
  }

  /// The name.
  public var description: String { name }
}

extension ErrorCode {
  /// A step of a rehearsal did not do what it should.
  public static let rehearsalFailed = ErrorCode("rehearsal-failed", .failed)
  /// A check found that publishing would fail.
  public static let checkFailed = ErrorCode("check-failed", .failed)
  /// A text holds no error that is known.
  public static let logNotRecognised = ErrorCode("log-not-recognised", .failed)

  /// The command line is wrong.
  public static let usage = ErrorCode("usage", .usage)
  /// A command has no file to publish.
  public static let nothingToPublish = ErrorCode("nothing-to-publish", .usage)
  /// A target is named that the configuration does not have.
  public static let unknownTarget = ErrorCode("unknown-target", .usage)
  /// The run would print a credential where it must not.
  public static let deliveryUnsafe = ErrorCode("delivery-unsafe", .usage)

  /// A configuration file cannot be read.
  public static let configurationUnreadable = ErrorCode("configuration-unreadable", .configuration)
  /// A configuration file is wrong.
  public static let configurationInvalid = ErrorCode("configuration-invalid", .configuration)

  /// A file that a plug-in needs cannot be read.
  public static let fileUnreadable = ErrorCode("file-unreadable", .configuration)
  /// A lower layer of the configuration widens what a higher one allows.
  public static let configurationWidens = ErrorCode("configuration-widens", .configuration)
  /// A file that was found declares what only the organisation's, or one that the job names, may declare.
  public static let declarationRefused = ErrorCode("declaration-refused", .configuration)
  /// An organisation's configuration is required, and there is none from outside of the checkout.
  public static let organisationMissing = ErrorCode("organisation-missing", .configuration)

  /// No identity provider was recognised.
  public static let providerNotFound = ErrorCode("provider-not-found", .provider)
  /// Several identity providers were recognised on equal evidence.
  public static let providerAmbiguous = ErrorCode("provider-ambiguous", .provider)

  /// The job may not ask for an identity token.
  public static let identityPermission = ErrorCode("identity-permission", .identity)
  /// The job runs for a fork and gets no identity.
  public static let identityFork = ErrorCode("identity-fork", .identity)
  /// The identity provider refused the request.
  public static let identityRefused = ErrorCode("identity-refused", .identity)
  /// No identity token is there for the audience.
  public static let identityTokenMissing = ErrorCode("identity-token-missing", .identity)
  /// The identity token is not a JWT.
  public static let identityTokenMalformed = ErrorCode("identity-token-malformed", .identity)
  /// The identity token has expired or is not valid yet.
  public static let identityTokenExpired = ErrorCode("identity-token-expired", .identity)
  /// The identity token may have been used, and there is no other.
  public static let identityTokenSpent = ErrorCode("identity-token-spent", .identity)
  /// The identity provider's answer is not the protocol's.
  public static let identityAnswerInvalid = ErrorCode("identity-answer-invalid", .identity)

  /// The registry refused the exchange.
  public static let exchangeRefused = ErrorCode("exchange-refused", .registry)
  /// No trusted publisher is registered that matches the job.
  public static let publisherNotFound = ErrorCode("publisher-not-found", .registry)
  /// The registry has no trusted publishing, or it is switched off.
  public static let trustedPublishingUnavailable = ErrorCode("trusted-publishing-unavailable", .registry)
  /// The registry's answer is not the protocol's.
  public static let registryAnswerInvalid = ErrorCode("registry-answer-invalid", .registry)
  /// The registry has no way to burn a credential early.
  public static let revokeUnsupported = ErrorCode("revoke-unsupported", .registry)

  /// A host could not be reached.
  public static let unreachable = ErrorCode("unreachable", .unreachable)
  /// A host did not answer in time.
  public static let timedOut = ErrorCode("timed-out", .unreachable)
  /// The TLS connection to a host is not trustworthy.
  public static let tlsFailed = ErrorCode("tls-failed", .unreachable)
  /// A host answered that it cannot serve the request now.
  public static let unavailable = ErrorCode("unavailable", .unreachable)
  /// A host sent the request elsewhere; redirects are never followed.
  public static let redirected = ErrorCode("redirected", .unreachable)
  /// libcurl cannot be used.
  public static let libcurlUnavailable = ErrorCode("libcurl-unavailable", .unreachable)

  /// The audience is not the one this target accepts.
  public static let audienceRefused = ErrorCode("audience-refused", .rule)
  /// An identity token is made out to another audience than the one asked for.
  public static let identityTokenAudience = ErrorCode("identity-token-audience", .rule)
  /// A rule of the configuration does not admit the job.
  public static let ruleRefused = ErrorCode("rule-refused", .rule)
  /// A rehearsal's identity token was about to leave the sandbox, or a real one to enter it.
  public static let rehearsalBoundary = ErrorCode("rehearsal-boundary", .rule)

  /// A credential has to be narrowed, and cannot be.
  public static let narrowingRequired = ErrorCode("narrowing-required", .rule)
  /// A file of the same name is published already, with other contents.
  public static let releaseConflict = ErrorCode("release-conflict", .rule)

  /// The files of a release were not signed, or an attestation is not for its file.
  public static let attestationFailed = ErrorCode("attestation-failed", .rule)
  /// A registry never takes one of the files.
  public static let releaseRefused = ErrorCode("release-refused", .rule)

  /// A registry does not list files that a tool says it has published.
  public static let releaseMissing = ErrorCode("release-missing", .registry)

  /// The job is not the one that the configuration expects.
  public static let expectationFailed = ErrorCode("expectation-failed", .rule)

  /// A plug-in broke its contract.
  public static let pluginContract = ErrorCode("plugin-contract", .plugin)
  /// A program that a plug-in needs cannot be started, does not end in time, or writes more than it may.
  public static let programFailed = ErrorCode("program-failed", .plugin)
  /// A program's file is not what the configuration says, or others may change it: it is not run.
  public static let programRefused = ErrorCode("program-refused", .rule)

  /// A destination cannot be opened or written.
  public static let deliveryFailed = ErrorCode("delivery-failed", .delivery)

  /// There is no such command to run.
  public static let commandNotFound = ErrorCode("command-not-found", .commandNotFound)
  /// The command to run cannot be started.
  public static let commandNotRunnable = ErrorCode("command-not-runnable", .commandNotRunnable)

  /// SIGINT ended the run.
  public static let interrupted = ErrorCode("interrupted", .interrupted)
  /// SIGTERM ended the run.
  public static let terminated = ErrorCode("terminated", .terminated)

  /// All codes of the broker, in the order of their statuses.
  public static let all: [ErrorCode] = [
    rehearsalFailed, checkFailed, logNotRecognised,
    usage, nothingToPublish, unknownTarget, deliveryUnsafe,
    configurationUnreadable, configurationInvalid, fileUnreadable, configurationWidens,
    declarationRefused, organisationMissing,
    providerNotFound, providerAmbiguous,
    identityPermission, identityFork, identityRefused, identityTokenMissing, identityTokenMalformed,
    identityTokenExpired, identityTokenSpent, identityAnswerInvalid,
    exchangeRefused, publisherNotFound, trustedPublishingUnavailable, registryAnswerInvalid, revokeUnsupported,
    releaseMissing,
    unreachable, timedOut, tlsFailed, unavailable, redirected, libcurlUnavailable,
    audienceRefused, identityTokenAudience, ruleRefused, rehearsalBoundary, expectationFailed, releaseConflict,
    narrowingRequired, attestationFailed, releaseRefused, programRefused,
    pluginContract, programFailed,
    deliveryFailed,
    commandNotRunnable, commandNotFound,
    interrupted, terminated,
  ]
}
