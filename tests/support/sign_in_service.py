"""An authority's sign-in service on loopback: discovery, a page to sign in on, the token endpoint, signing out.

Under the name ``localhost``, so that to a browser it is another site than the service at 127.0.0.1. It is strict where a
provider is: one client, its secret, its one address to return to, a code that is good once, the proof of PKCE.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from identity_provider import Provider

CLIENT = "convene pages"
SECRET = "s:cr%t +"  # what encoding it for the header would break


@dataclass
class SignInService:
    """What it says, and what it was asked."""

    now: Callable[[], float]
    subject: str = "manager@yew.example"
    """Who signs in."""
    returns_to: str = ""
    says: dict[str, Any] = field(default_factory=dict)
    """Of itself, in place of what is so."""
    answers: dict[str, str] = field(default_factory=dict)
    """To the browser, in place of a code."""
    claims: dict[str, Any] = field(default_factory=dict)
    """Of the ID token, in place of what is so."""
    signing: dict[str, Any] = field(default_factory=dict)
    """How the ID token is signed."""
    token_status: int = 200
    away: bool = False
    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    """At the authorization endpoint."""
    exchanged: list[dict[str, str]] = field(default_factory=list)
    """At the token endpoint."""
    left: list[dict[str, str]] = field(default_factory=list)
    discovered: int = 0
    keys: Provider = field(default_factory=Provider)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?realm=made-up",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/leave",
            "authorization_response_iss_parameter_supported": True,
        } | self.says

    def code(self, asked: dict[str, str]) -> str:
        """A code for what a browser was sent with."""
        made = secrets.token_urlsafe(16)
        self.codes[made] = asked
        return made

    def back(self, asked: dict[str, str]) -> str:
        """The address that a browser is sent back to."""
        answer = self.answers or {"code": self.code(asked)}
        return f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'iss': self.url} | answer)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        self.exchanged.append(form)
        if self.token_status != 200:
            return self.token_status, {"error": "server_error"}
        who = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
        given = (
            [unquote_plus(one) for one in who]
            if authorization
            else [form["client_id"], form["client_secret"]]
        )
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if given != [CLIENT, SECRET]:
            return 401, {"error": "invalid_client"}
        if (
            asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        said = {"iss": self.url, "aud": CLIENT, "sub": self.subject, "nonce": asked["nonce"]} | self.claims
        return 200, {
            "access_token": "not looked at",
            "token_type": "Bearer",
            "id_token": self.keys.token(said, at=self.now(), **self.signing),
        }


@contextmanager
def running(now: Callable[[], float]) -> Iterator[SignInService]:
    """A sign-in service that answers while this lasts."""
    service = SignInService(now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
            if service.away:
                self._send(503, b"")
            elif path == "/.well-known/openid-configuration":
                service.discovered += 1
                self._send(200, json.dumps(service.document()).encode())
            elif path == "/keys":
                self._send(200, service.keys.document())
            elif path == "/authorize":
                service.asked.append(query)
                good = query["redirect_uri"] == service.returns_to and query["client_id"] == CLIENT
                form = (
                    f'<!DOCTYPE html><html lang="en"><title>Sign in</title><link rel="icon" href="data:,">'
                    f'<form method="post" action="/authorize?{urlencode(query)}"><button>Yes, it is me</button></form>'
                )
                self._send(200 if good else 400, form.encode(), {"Content-Type": "text/html; charset=utf-8"})
            elif path == "/leave":
                service.left.append(query)
                self._send(302, b"", {"Location": query["post_logout_redirect_uri"]})
            else:
                self._send(404, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            if service.away:
                self._send(503, b"")
            elif urlsplit(self.path).path == "/authorize":
                self._send(302, b"", {"Location": service.back(dict(parse_qsl(urlsplit(self.path).query)))})
            else:
                form = {name: values[0] for name, values in parse_qs(body).items()}
                status, said = service.token(form, self.headers.get("Authorization", ""))
                self._send(status, json.dumps(said).encode())

        def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
