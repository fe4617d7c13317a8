import BrokerCore

/// Samples in Python, with its standard library alone.
enum PythonSamples {
  private static let head = #"""
    #!/usr/bin/env python3
    """A plug-in of token-broker (token-broker.plugin/1): one request on standard input, one answer on standard output.

    Standard output takes the answer alone; what is said for people goes to standard error, and never has a secret in it.
    """
    import json
    import os
    import sys

    PROTOCOL = "token-broker.plugin/1"


    class Failure(Exception):
        """What is answered in place of a result."""

        def __init__(self, code, message, remedy=None, **more):
            super().__init__(code)
            self.error = {"code": code, "message": message, "remedy": remedy, **more}


    """#

  static let provider =
    head + #"""
      # The CI system: what says that a job runs here, and where its identity token is. Change these.
      SIGN = "@VARIABLE@_CI"
      TOKEN = "@VARIABLE@_ID_TOKEN"


      def describe(request):
          return {
              "name": "@name@",
              "version": "1.0",
              "protocols": [PROTOCOL],
              "kinds": ["provider"],
              "operations": list(OPERATIONS),
              "environment": [SIGN, TOKEN],
              "hosts": [],
          }


      def detect(request):
          if not os.environ.get(SIGN):
              return {"present": False}
          if not os.environ.get(TOKEN):
              problem = {"code": "permission", "message": TOKEN + " is not set.", "remedy": "Ask for an identity token in the job."}
              return {"present": True, "evidence": [SIGN], "problem": problem}
          # Names of variables alone, never what they hold.
          return {"present": True, "rank": "job", "evidence": [SIGN, TOKEN]}


      def identity_token(request):
          # token-broker checks that the token is made out to request["audience"].
          token = os.environ.get(TOKEN)
          if not token:
              raise Failure("permission", TOKEN + " is not set.", "Ask for an identity token in the job.")
          # There is one for each job. A CI system that makes them on request answers "supply": "renewable".
          return {"token": token, "supply": "fixed", "left": 0}


      OPERATIONS = {"describe": describe, "detect": detect, "identity-token": identity_token}


      """#

  static let registry =
    head.replacing("import json\n", with: "import http.client\nimport json\n")
    .replacing("import sys\n", with: "import signal\nimport sys\nimport time\nimport urllib.parse\n")
    .replacing("import os\n", with: "") + #"""
      # The registry: where identity tokens are exchanged, on the host that packages are uploaded to. Change the path, the form of
      # the body and what is read from the answer.
      PATH = "/-/token"


      def describe(request):
          return {
              "name": "@name@",
              "version": "1.0",
              "protocols": [PROTOCOL],
              "kinds": ["registry"],
              "operations": list(OPERATIONS),
              "environment": ["SSL_CERT_FILE"],
              "hosts": ["the host of upload-url"],
          }


      def audience(request):
          # Its own host: any other audience has to stand in the configuration.
          return {"audience": urllib.parse.urlsplit(request["target"]["upload-url"]).netloc}


      def out_of_time(number, frame):
          raise OSError("no time is left")


      def exchange(request):
          url = urllib.parse.urlsplit(request["target"]["upload-url"])
          kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
          # All of it ends in time, however slowly the registry answers.
          signal.signal(signal.SIGALRM, out_of_time)
          signal.setitimer(signal.ITIMER_REAL, request["deadline-ms"] / 1000 * 0.9)
          connection = kind(url.netloc)
          body = json.dumps({"identity_token": request["identity-token"]})
          try:
              connection.connect()
          except OSError:
              # Nothing was sent: token-broker may send the same token again.
              raise Failure("unreachable", url.netloc + " cannot be reached.", "Check the network.")
          try:
              connection.request("POST", PATH, body, {"Content-Type": "application/json"})
              response = connection.getresponse()
              answer = response.read(65537)
          except (OSError, http.client.HTTPException):
              # It may have been sent: token-broker takes a fresh token, or stops.
              raise Failure("ambiguous", url.netloc + " gave no whole answer.", "Check the network.")
          status = "%s answered %d." % (url.netloc, response.status)
          if response.status in (401, 403):
              raise Failure("refused", status, "Register this job there.")
          if response.status == 429 or response.status == 503 and response.headers["Retry-After"]:
              raise Failure("rate-limited", status, "Try again later.")
          if response.status != 200:
              raise Failure("ambiguous", status, "Check the upload address.")
          # {"token": "...", "expires_in": 900}
          try:
              answer = json.loads(answer)
              token, left = answer["token"], int(answer["expires_in"])
          except (ValueError, KeyError, TypeError):
              # The identity token is used up, and what came of it is not known.
              raise Failure("ambiguous", url.netloc + " answered 200 without a token and its life.", "Look at the registry.")
          return {
              "token": token,
              "username": "__token__",
              "expires-at": int(time.time()) + left,
              "expires-in": left,
          }


      OPERATIONS = {"describe": describe, "audience": audience, "exchange": exchange}


      """#

  static let foot = #"""
    def main():
        request = sys.stdin.buffer.read(65537)
        if len(request) > 65536:
            sys.exit("the request is longer than 64 KiB")
        try:
            request = json.loads(request)
            answer = {"protocol": PROTOCOL, "id": request["id"]}
        except (ValueError, KeyError, TypeError):
            sys.exit("this is not a request of " + PROTOCOL)
        try:
            if request.get("protocol") != PROTOCOL:
                raise Failure("unsupported", "This program speaks " + PROTOCOL + ".")
            if request.get("operation") not in OPERATIONS:
                raise Failure("unsupported", "This program does not know the operation.")
            answer["result"] = OPERATIONS[request["operation"]](request)
        except Failure as failure:
            answer["error"] = failure.error
        except Exception as error:
            # Not what it says: that may have a secret in it.
            answer["error"] = {"code": "internal", "message": "The program failed: " + type(error).__name__}
        json.dump(answer, sys.stdout)


    main()

    """#

  static let test = #"""
    #!/usr/bin/env python3
    """Asks @name@ as token-broker does, and has the whole suite run where token-broker is there."""
    import json
    import os
    import shutil
    import subprocess
    import unittest

    PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "@name@")


    def ask(operation, variables=None, **members):
        request = {"protocol": "token-broker.plugin/1", "id": "t-1", "operation": operation, "deadline-ms": 900, "settings": {}}
        request.update({name.replace("_", "-"): value for name, value in members.items()})
        # PATH, for the interpreter that env(1) looks for.
        environment = {"PATH": os.environ.get("PATH", ""), **(variables or {})}
        run = subprocess.run([PROGRAM], input=json.dumps(request).encode(), stdout=subprocess.PIPE, env=environment, check=True)
        answer = json.loads(run.stdout)
        assert answer["id"] == "t-1", answer
        return answer.get("result") or answer["error"]


    class Tests(unittest.TestCase):
        def test_describes_itself(self):
            self.assertEqual(ask("describe")["kinds"], ["@kind@"])

        def test_refuses_what_it_does_not_know(self):
            self.assertEqual(ask("no-such-operation")["code"], "unsupported")

        def test_passes_the_suite(self):
            if shutil.which("token-broker") is None:
                self.skipTest("token-broker is not there")
            subprocess.run(["token-broker", "plugins", "check", PROGRAM, "--kind", "@kind@"], check=True)


    """#

  static let providerTest = #"""
        def test_recognises_its_jobs(self):
            self.assertIs(ask("detect")["present"], False)
            self.assertEqual(ask("detect", {"@VARIABLE@_CI": "true"})["problem"]["code"], "permission")
            self.assertIs(ask("detect", {"@VARIABLE@_CI": "true", "@VARIABLE@_ID_TOKEN": "a.b.c"})["present"], True)

        def test_gives_the_identity_token(self):
            result = ask("identity-token", {"@VARIABLE@_ID_TOKEN": "a.b.c"}, audience="x.invalid", attempt=1, avoid_jti=[])
            self.assertEqual(result["token"], "a.b.c")


    """#

  static let registryTest = #"""
        target = {"name": "x", "upload-url": "https://registry.invalid/upload/", "rehearsal": False}

        def test_asks_for_its_own_host(self):
            self.assertEqual(ask("audience", target=self.target)["audience"], "registry.invalid")

        def test_says_that_nobody_was_reached(self):
            self.assertIn("code", ask("exchange", target=self.target, audience="registry.invalid", identity_token="a.b.c"))


    """#

  static let testEnd = #"""
    if __name__ == "__main__":
        unittest.main()

    """#
}
