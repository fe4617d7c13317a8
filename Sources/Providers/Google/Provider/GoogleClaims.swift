import BrokerCore

/// The claims of Google's identity tokens (cloud.google.com, "Verify VM identity").
enum GoogleClaims {
  static let issuer = "https://accounts.google.com"

  static func job(from claims: Claims) -> JobIdentity {
    var job = JobIdentity(family: .google)
    job.issuer = claims["iss"]
    job.fields[.serviceAccount] = claims["email"]
    job.fields[.serviceAccountID] = claims["sub"]
    return job
  }

  /// Who claims that a client printed say a job is, if they are a service account's.
  static func job(printed: PrintedClaims) -> JobIdentity? {
    let claims = printed.claims
    let isAccount = claims["email"]?.lowercased().hasSuffix(".gserviceaccount.com") == true
    guard isAccount || claims["iss"] == issuer else { return nil }
    var job = job(from: claims)
    for (field, name) in [(JobField.serviceAccount, "email"), (.serviceAccountID, "sub")]
    where job.fields[field] == nil && !printed.absent.contains(name) { job.unknown.insert(field) }
    if job.issuer == nil { job.issuer = issuer }
    return job
  }
}
