import BrokerCore
import BrokerSandbox

/// The variables of a job, the identity tokens among them that its `id_tokens` name, and one for each other audience; nobody
/// is asked.
struct GitLabVariables: SandboxEndpoint {
  func variables(of job: SandboxJob) -> [String: String] {
    let claims = [
      "CI_PROJECT_PATH": "project_path", "CI_PIPELINE_SOURCE": "pipeline_source", "CI_COMMIT_SHA": "sha",
      "CI_COMMIT_REF_NAME": "ref",
    ]
    var variables = ["GITLAB_CI": "true", "CI_SERVER_URL": "https://gitlab.com"]
    variables.merge(claims.compactMapValues(job.claim)) { $1 }
    let usual = job.audiences.map { audience in
      let name = audience.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }.joined()
      return (variable: "\(name)_ID_TOKEN", audience: audience)
    }
    for (name, audience) in job.heldTokens + usual where variables[name] == nil {
      variables[name] = job.identityToken(for: audience)
    }
    return variables
  }

  func respond(to request: ServerRequest, of job: SandboxJob, audience: String?) -> ServerResponse {
    .json(404, .object([("message", "Not found")]))
  }
}
