import BrokerCore

/// What to do about a failed upload, by what the tool printed.
enum UploadHints {
  /// A cause that shows in the output, and what to do about it.
  private struct Cause {
    /// Texts of which the output has one, in lower case and on one line.
    let texts: [String]
    /// One sentence; `{target}` stands for the registry's name.
    let hint: String
  }

  /// The hint for the output of a tool that failed; empty if it shows no known cause.
  ///
  /// The texts are looked for in lower case and on one line: tools wrap and colour the texts of a server.
  /// Causes are known by their text, not by the status: tools show different parts of an answer, and PyPI has changed its
  /// statuses.
  ///
  /// - Parameters:
  ///   - output: The last bytes that it printed on both streams; empty where these are terminals.
  ///   - target: The registry's name.
  /// - Returns: One sentence for the cause that says most.
  static func hints(for output: [UInt8], target: String) -> [String] {
    let text = LogText(LogText(output).line.lowercased().utf8)
    guard let cause = causes.first(where: { $0.texts.contains(where: text.contains) }) else { return [] }
    return [cause.hint.replacing("{target}", with: target)]
  }

  /// The texts are those of Warehouse and of the tools (twine 7.0, uv 0.13, poetry 2.5, flit 4.2, hatch 1.18, pdm 2.29,
  /// maturin 1.16); those that say most come first.
  private static let causes = [
    Cause(
      texts: ["non-user identities cannot create new projects"],
      hint: "The project's name in its metadata is not the name in the pending publisher at {target}: make them equal."),
    Cause(
      texts: ["oidc scoped token is not valid for project", "project-scoped token is not valid for project"],
      hint: "The trusted publisher of this job belongs to another project at {target}: add it to this project's too."),
    Cause(
      texts: ["token is expired"],
      hint: "The credential expired during the upload, it lives 15 minutes: --per-file mints one for each file."),
    Cause(
      texts: ["file already exists", "filename was previously used", "filename has already been used"],
      hint: "{target} has had a file of this name with other contents, and never takes another: publish a new version, "
        + "or the very same files."),
    Cause(
      texts: ["username/password authentication is no longer supported"],
      hint: "The tool sent another user name than __token__: remove user names from its settings (.pypirc, keyring)."),
    Cause(
      texts: ["not allowed when using trusted publishing"],
      hint:
        "A settings file given to uv asks for its own trusted publishing: remove trusted-publishing from it, or let uv "
        + "publish without token-broker."),
    Cause(
      texts: ["read-only mode", "uploads are temporarily disabled"],
      hint: "{target} takes no uploads at present: see its status page, and run exec again later."),
    Cause(
      texts: ["file too large", "project size too large"],
      hint: "{target} limits the size of files and projects: ask its operators for more, or delete old releases."),
    Cause(
      texts: ["invalid or non-existent authentication information"],
      hint: "{target} does not know the credential: it was made by another registry, was burned already, or was minted "
        + "while the site was read-only."),
    Cause(
      texts: ["username and/or password are possibly wrong"],
      hint:
        "maturin says this whenever it is refused and keeps the reason to itself: twine or uv, run in its place, show it."
    ),
    Cause(
      texts: [
        "405 method not allowed", "405 client error", "error 405", "status 405", "post requests are not supported",
        "404 not found", "404 client error", "error 404", "status 404", "status code 404", "attempted to redirect to",
        "410 gone", "410 client error", "error 410", "status 410", "status code 410",
      ],
      hint: "The address does not take uploads: upload-url of registries.{target} has to be PyPI's "
        + "https://upload.pypi.org/legacy/, TestPyPI's https://test.pypi.org/legacy/, or your own index's, with the slash "
        + "at the end."),
    Cause(
      texts: ["[publisherror]"],
      hint: "pdm keeps the reason to itself: twine or uv, run in its place, show it."),
  ]
}
