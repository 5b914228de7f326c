"""An identity provider in this process: it publishes keys on loopback and signs tokens with them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ISSUER = "https://sign-in.example/"
AUDIENCE = "convene"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
_RSA = rsa.generate_private_key(65537, 2048)


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public_jwk(key: PrivateKey, key_id: str, **more: Any) -> dict[str, Any]:
    """A key as it is published."""
    maker = (
        RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey)
        else ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey)
        else OKPAlgorithm
    )  # fmt: skip
    return {**json.loads(maker.to_jwk(key.public_key())), "kid": key_id, "use": "sig", **more}


@dataclass
class Provider:
    """What is published, and how it is answered."""

    keys: dict[str, PrivateKey] = field(default_factory=lambda: {"first": _RSA})
    asked: int = 0
    status: int = 200
    answer: bytes | None = None
    """In place of the keys."""
    drip: float = 0.0
    """Seconds between pieces of the answer."""
    held: threading.Event | None = None
    """Until which no answer is given."""
    reached: threading.Event = field(default_factory=threading.Event)
    """That a request waits for that."""
    url: str = ""

    def document(self) -> bytes:
        if self.answer is not None:
            return self.answer
        return json.dumps({"keys": [public_jwk(key, name) for name, key in self.keys.items()]}).encode()

    def token(
        self,
        claims: dict[str, Any] | None = None,
        *,
        key: Any = None,
        key_id: str = "first",
        algorithm: str = "RS256",
        headers: dict[str, Any] | None = None,
        at: float,
    ) -> str:
        """A token that is good for five minutes, but for what is given."""
        usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "iat": at, "nbf": at, "exp": at + 300}
        said = {name: value for name, value in (usual | (claims or {})).items() if value is not None}
        signed_with = self.keys[key_id] if key is None else key
        return jwt.encode(said, signed_with, algorithm, headers={"kid": key_id} | (headers or {}))


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers while this lasts."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked += 1
            if provider.held is not None:
                provider.reached.set()
                provider.held.wait(10)
            self.send_response(provider.status)
            if provider.status in (301, 302):
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            content = provider.document()
            try:
                if not provider.drip:
                    self.wfile.write(content)
                for place in range(0, len(content) if provider.drip else 0, 16):
                    self.wfile.write(content[place : place + 16])
                    self.wfile.flush()
                    time.sleep(provider.drip)
            except ConnectionError:
                return

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_address[1]}/keys"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
