"""The cost of authentication: the same requests without it, with an API key, and with access tokens."""

import base64
import json
import os
import re
import shutil
import time

from check import new_item
from load import Wrk
from plan import ATTRIBUTES, FIRST, ID, KEYS, PRODUCTION
from service import Service
from tools import require, run, say

ISSUER, AUDIENCE = "https://issuer.example", "bench"
# The kinds of access tokens, and how openssl makes a key for each.
KINDS = {
    "RS256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ES256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
}


def measure_access(curio, executable, database, plan, folder, measure_loads):
    """Gets and creates, by `curio` without authentication, and by a service that requires it, with each credential."""
    say(f"inserting {KEYS} API keys")
    database.query(
        f"""INSERT INTO api_keys (id, key_id, hash, name, grants)
            SELECT gen_random_uuid(), lpad(n::text, 8, 'k'), sha256(n::text::bytea), 'key ' || n, '{{read:*,write:*}}'
            FROM generate_series(1, {KEYS}) AS n"""
    )
    database.query("VACUUM (ANALYZE) api_keys")
    env = {"DATABASE_URL": database.url, "PATH": os.environ["PATH"]}
    key = run([executable, "keys", "create", "--name=bench", "--grant=write:*"], env=env, cwd="/").strip()
    signers = {kind: Signer(kind, options, folder) for kind, options in KINDS.items()}
    jwks = folder / "jwks.json"
    jwks.write_text(json.dumps({"keys": [signer.jwk() for signer in signers.values()]}))
    settings = {
        "CURIO_AUTH": "required",
        "CURIO_JWT_ISSUER": ISSUER,
        "CURIO_JWT_AUDIENCE": AUDIENCE,
        "CURIO_JWT_JWKS": str(jwks),
    }
    command = [executable, "serve", "--bind", "127.0.0.1:{port}"]
    runs = {}
    with Service("curio", command, {**env, **PRODUCTION, **settings}, folder / "guarded.log") as guarded:
        loads = {"open": Wrk(curio), "key": Wrk(guarded, key)}
        loads |= {kind: Wrk(guarded, signer.token()) for kind, signer in signers.items()}
        check_access(curio, guarded, loads)
        for operation in ("get", "create"):
            database.checkpoint()
            targets = {name: (wrk, operation) for name, wrk in loads.items()}
            runs[f"{operation}_access"] = measure_loads(targets, plan)
        memory, _ = guarded.memory()
    return {"runs": runs, "memory_access_mb": memory}


def check_access(curio, guarded, loads):
    """Each credential is accepted, and necessary."""
    path = f"/v1/items/{ID.format(FIRST)}"
    for service in (curio, guarded):
        service.least_bytes = {"get": len(ATTRIBUTES), "create": len(ATTRIBUTES)}
    with guarded.client() as client:
        require(client.request("GET", path)[0] == 401, "a request without a credential is not rejected")
        for wrk in loads.values():
            if wrk.credential:
                fields = f"Authorization: Bearer {wrk.credential}\r\n"
                client.request_json("GET", path, fields=fields)
                client.request_json("POST", "/v1/items", new_item(1), status=201, fields=fields)


class Signer:
    """A key of an issuer, in a file of openssl."""

    def __init__(self, kind, options, folder):
        require(shutil.which("openssl"), "openssl is missing: install it with your package manager")
        self.kind, self.file = kind, folder / f"{kind}.pem"
        run(["openssl", "genpkey", *options, "-out", self.file])

    def jwk(self):
        """The public key (RFC 7517)."""
        common = {"kid": self.kind, "alg": self.kind, "use": "sig"}
        printed = run(["openssl", "pkey", "-in", self.file, "-noout", "-text_pub"])
        number = bytes.fromhex(re.sub(r"[\s:]", "", re.search(r"(?:Modulus|pub):\n((?:\s+[\da-f:]+\n)+)", printed)[1]))
        if self.kind == "RS256":
            return {**common, "kty": "RSA", "n": encode(number.lstrip(b"\0")), "e": "AQAB"}
        return {**common, "kty": "EC", "crv": "P-256", "x": encode(number[1:33]), "y": encode(number[33:])}

    def token(self):
        """A token that outlasts the measurement (RFC 7519)."""
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "bench", "scope": "curio:write:*", "exp": time.time() + 86_400}
        parts = [{"alg": self.kind, "kid": self.kind, "typ": "at+jwt"}, claims]
        signed = ".".join(encode(json.dumps(part).encode()) for part in parts)
        command = ["openssl", "dgst", "-sha256", "-sign", self.file]
        signature = run(command, input=signed.encode(), text=False)
        return f"{signed}.{encode(signature if self.kind == 'RS256' else concatenate(signature))}"


def concatenate(signature):
    """The two numbers of a signature in DER, as JWS has them (RFC 7518 §3.4)."""
    length = signature[3]
    r, s = signature[4 : 4 + length], signature[6 + length :]
    return b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (r, s))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
