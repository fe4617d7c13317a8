import BrokerCore

extension AttestationTool {
  /// PyPA's tool (pypi-attestations 0.0.30, `_cli.py`: no option for a token), which finds an identity as the package id does
  /// (id 1.6, `_internal/oidc/ambient.py`): it asks GitHub's endpoint first, and others by variables of their own.
  static let python = AttestationTool(
    "pypi-attestations", arguments: ["sign"], audience: "sigstore",
    request: Request(
      variables: [
        ("GITHUB_ACTIONS", "true"), ("ACTIONS_ID_TOKEN_REQUEST_URL", "{url}"),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "{bearer}"),
      ], audienceItem: "audience", answerMember: "value"),
    removedVariables: [
      "GOOGLE_SERVICE_ACCOUNT_NAME", "GCE_METADATA_*", "BUILDER_OUTPUT", "CLOUD_RUN_*", "BUILDKITE*", "CIRCLE*",
      "SIGSTORE_ID_TOKEN",
    ],
    ending: PythonDistributions.attestationEnding, subjects: PythonAttestation.subjects)
}

/// An attestation of a distribution (PEP 740): an in-toto statement in an envelope.
private enum PythonAttestation {
  static func subjects(_ attestation: [UInt8]) -> [AttestationTool.Subject]? {
    let reader = JSONReader(maximumBytes: 1 << 20)
    guard let object = (try? reader.read(attestation))?.object,
      let text = object["envelope"]?.object?["statement"]?.string, let statement = Base64.decode(text),
      let subjects = (try? reader.read(statement))?.object?["subject"]?.array
    else { return nil }
    return subjects.compactMap { subject in
      guard let name = subject.object?["name"]?.string,
        let digest = subject.object?["digest"]?.object?["sha256"]?.string
      else { return nil }
      return AttestationTool.Subject(filename: name, sha256: digest.lowercased())
    }
  }
}
