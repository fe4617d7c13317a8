/// Causes of failures in which neither the job nor its publisher is at fault.
struct GeneralDiagnosis {
  let input: DiagnosisInput

  var causes: [Cause] {
    let fixes = input.error.remedy.map { [$0] } ?? []
    switch input.error.code {
    case .audienceRefused:
      return [
        Cause(
          "audience-unexpected", .certain,
          "The answer names an audience that \(Neutralized(input.registry)) is not known by; with a token made out to it, somebody could "
            + "act elsewhere in this job's name.", fixes: fixes)
      ]
    case .unavailable where input.error.causes.isEmpty:
      return [
        Cause(
          "host-unavailable", .certain, "A server cannot serve the request now; nothing is wrong with the job.",
          fixes: fixes)
      ]
    case .tlsFailed:
      return [
        Cause(
          "tls-untrusted", .likely,
          "The certificate is not one that this machine trusts, or the clock is off: a proxy that looks into TLS signs with a "
            + "certificate of its own.",
          fixes: fixes + ["Behind such a proxy, give its root certificate with SSL_CERT_FILE, or exempt the host."])
      ]
    case .unreachable where input.error.causes.isEmpty, .timedOut:
      return [
        Cause(
          "host-unreachable", .likely, "The network between the job and the server does not let the request through.",
          fixes: fixes + ["Behind a proxy, set https_proxy, and exempt the runner's own host with no_proxy."])
      ]
    default: return []
    }
  }
}
