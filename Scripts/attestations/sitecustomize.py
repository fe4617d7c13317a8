"""Stands in for Fulcio and Rekor in a process of PyPA's attestation tool: its command line has no option for another trust
configuration. Each identity token that comes to Fulcio is noted in the file that STAND_IN_NOTES names."""
import os

if os.environ.get("STAND_IN_NOTES"):
    import base64
    import datetime
    import json
    import types

    import sigstore.models
    import sigstore.sign
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from sigstore._internal.rekor.client import RekorClient
    from sigstore_models.rekor import v1 as rekor
    from sigstore_models.common.v1 import LogId

    class Certificates:
        def post(self, request, identity):
            token = str(identity)
            payload = token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            with open(os.environ["STAND_IN_NOTES"], "a") as notes:
                print(json.dumps({"aud": claims["aud"], "sub": claims["sub"], "variables": sorted(os.environ)}), file=notes)
            now = datetime.datetime.now(datetime.timezone.utc)
            name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "stand-in")])
            certificate = (
                x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(name).public_key(request.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now)
                .not_valid_after(now + datetime.timedelta(minutes=10))
                .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()))
            return types.SimpleNamespace(cert=certificate, chain=[])

    class Log:
        def _build_dsse_request(self, envelope, certificate):
            return RekorClient._build_dsse_request(self, envelope=envelope, certificate=certificate)

        def create_entry(self, body):
            nothing = base64.b64encode(b"\0" * 32)
            return sigstore.models.TransparencyLogEntry(rekor.TransparencyLogEntry(
                log_index="0", log_id=LogId(key_id=nothing), kind_version=rekor.KindVersion(kind="dsse", version="0.0.1"),
                integrated_time="0", inclusion_promise=rekor.InclusionPromise(signed_entry_timestamp=nothing),
                inclusion_proof=rekor.InclusionProof(
                    log_index="0", root_hash=nothing, tree_size="1", hashes=[], checkpoint=rekor.Checkpoint(envelope="stand-in")),
                canonicalized_body=base64.b64encode(json.dumps(body).encode())))

    class Roots:
        def ct_keyring(self, purpose):
            return None

    sigstore.models.ClientTrustConfig.production = classmethod(lambda cls: types.SimpleNamespace())
    sigstore.sign.SigningContext.from_trust_config = classmethod(
        lambda cls, configuration: cls(fulcio=types.SimpleNamespace(signing_cert=Certificates()), rekor=Log(), trusted_root=Roots()))
    sigstore.sign.verify_sct = lambda *arguments: None
