import BrokerCore

/// Where on Google Cloud a job runs, as far as its variables and the machine's firmware say.
struct GooglePlace: Sendable {
  enum Kind {
    /// The variables are those of Cloud Build.
    case cloudBuild
    /// The variables are those of a job of Cloud Run.
    case cloudRun
    /// Something speaks for Google: the metadata server has to say.
    case unconfirmed
    /// Nothing speaks for Google.
    case elsewhere
  }

  let kind: Kind
  /// What was seen, as the end of a sentence.
  let evidence: Message

  private static let firmware = "/sys/class/dmi/id/product_name"

  /// Looks at the variables first, then at the name that the firmware gives the machine.
  ///
  /// `BUILDER_OUTPUT` is the folder for a build step's output, which no build can set (Cloud Build API, `Results`:
  /// "read-only and can't be substituted"); `CLOUD_RUN_JOB` and `CLOUD_RUN_EXECUTION` are those of Cloud Run's container
  /// contract, which nobody can set there (cloud.google.com, "Configure environment variables for jobs", and
  /// opentelemetry.io, "gcp.cloud_run"; read 2026-11-26). Its services have `K_SERVICE`,
  /// which any Knative sets. The firmware's names are those that publishing clients look for (`id`, `ambient-id`); a pod that
  /// cannot read it may run in a sandbox of GKE.
  init(_ environment: Environment, files: any FileReading) {
    if let folder = environment["BUILDER_OUTPUT"], folder.hasPrefix("/builder/") {
      (kind, evidence) = (.cloudBuild, "BUILDER_OUTPUT is \(Neutralized.quoted(folder)), as in Cloud Build")
    } else if let job = environment.nonEmpty("CLOUD_RUN_JOB"), environment.nonEmpty("CLOUD_RUN_EXECUTION") != nil {
      (kind, evidence) = (.cloudRun, "CLOUD_RUN_JOB is \(Neutralized.quoted(job)), as in Cloud Run")
    } else if let (name, host) = GoogleMetadataAddress.override(in: environment) {
      (kind, evidence) = (.unconfirmed, "\(Neutralized(name)) is \(Neutralized.quoted(host))")
    } else if environment.nonEmpty("K_SERVICE") != nil, environment.nonEmpty("K_REVISION") != nil {
      (kind, evidence) = (.unconfirmed, "K_SERVICE is set, as in Cloud Run")
    } else {
      let text = (try? files.read(Self.firmware, maximumBytes: 256)).map { String(decoding: $0, as: UTF8.self) }
      let name = text?.split(whereSeparator: \.isWhitespace).joined(separator: " ") ?? ""
      if ["Google", "Google Compute Engine"].contains(name) {
        (kind, evidence) = (.unconfirmed, "the machine's product name is \(Neutralized.quoted(name))")
      } else if text == nil, environment.nonEmpty("KUBERNETES_SERVICE_HOST") != nil {
        (kind, evidence) = (.unconfirmed, "this is a pod of Kubernetes on a machine of unknown make")
      } else {
        (kind, evidence) = (.elsewhere, "BUILDER_OUTPUT is not set")
      }
    }
  }
}
