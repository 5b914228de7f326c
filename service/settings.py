"""What a service is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from service.secret_files import read_secret

DATABASE: Final = "sqlite:///convene.sqlite"


class SettingsError(ValueError):
    """A setting that can't be used; the message names it and says what would be right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a service. Times are in seconds, sizes in octets."""

    database: str = DATABASE
    """``DATABASE_URL``"""
    tenant: str = "authority"
    """``CONVENE_TENANT``: whose the development login is, and the first tenant of a new database."""
    address: str = ""
    """``CONVENE_ADDRESS``: where people find the service, such as ``https://convene.authority.example``; empty: where it
    listens."""
    most_body: int = 20_000_000
    """``CONVENE_MOST_BODY``: of a request."""
    most_seconds: float = 3600
    """``CONVENE_MOST_SECONDS``: of one search."""
    most_seconds_a_day: float = 86_400
    """``CONVENE_MOST_SECONDS_A_DAY``: of search that a tenant may ask for."""
    most_jobs: int = 20
    """``CONVENE_MOST_JOBS``: of a tenant that wait or run."""
    requests_a_minute: int = 600
    """``CONVENE_REQUESTS_A_MINUTE``: of one account or address."""
    solve_memory_mb: int = 8192
    """``CONVENE_SOLVE_MEMORY_MB``: what a process that plans may take: 0.6 MB a plan of the largest caseload that is searched in
    one piece, and as much again."""
    solve_threads: int = 2
    """``CONVENE_SOLVE_THREADS``: of a search."""
    smtp: bool = False
    """Whether ``CONVENE_SMTP_HOST`` is set: else published invites wait to be fetched as files."""
    issuer: str = ""
    """``CONVENE_OIDC_ISSUER``: of the tokens that programs and people bring; empty: none are taken."""
    audience: str = ""
    """``CONVENE_OIDC_AUDIENCE``"""
    jwks: str = ""
    """``CONVENE_OIDC_JWKS``: where the issuer's keys are."""
    client: str = ""
    """``CONVENE_OIDC_CLIENT_ID``: what the issuer calls us when people sign in to the pages; empty: they can't by it."""
    client_secret: str = field(default="", repr=False)
    """``CONVENE_OIDC_CLIENT_SECRET``, or the content of the file that ``CONVENE_OIDC_CLIENT_SECRET_FILE`` names."""
    proxies: str = ""
    """``CONVENE_PROXIES``: addresses and networks of the proxies before the service, with commas, whose ``X-Forwarded-For`` is
    believed; empty: nobody's, and whoever connects is who asks."""
    request_id_header: str = ""
    """``CONVENE_REQUEST_ID_HEADER``: in which those proxies send each request's id; empty: every id is made here."""
    allow_private: bool = False
    """``CONVENE_ALLOW_PRIVATE``: whether webhooks and published calendars may be at addresses of this network."""


_NUMBERS: Final = {
    "CONVENE_MOST_BODY": "most_body",
    "CONVENE_MOST_SECONDS": "most_seconds",
    "CONVENE_MOST_SECONDS_A_DAY": "most_seconds_a_day",
    "CONVENE_MOST_JOBS": "most_jobs",
    "CONVENE_REQUESTS_A_MINUTE": "requests_a_minute",
    "CONVENE_SOLVE_MEMORY_MB": "solve_memory_mb",
    "CONVENE_SOLVE_THREADS": "solve_threads",
}
_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    # A process that has read the solver has 300 MB already.
    "CONVENE_SOLVE_MEMORY_MB": (499, 1e9),
    "CONVENE_SOLVE_THREADS": (0, 257),
}
_TEXTS: Final = {
    "DATABASE_URL": "database",
    "CONVENE_TENANT": "tenant",
    "CONVENE_ADDRESS": "address",
    "CONVENE_OIDC_ISSUER": "issuer",
    "CONVENE_OIDC_AUDIENCE": "audience",
    "CONVENE_OIDC_JWKS": "jwks",
    "CONVENE_OIDC_CLIENT_ID": "client",
    "CONVENE_PROXIES": "proxies",
    "CONVENE_REQUEST_ID_HEADER": "request_id_header",
}


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises
    ------
    SettingsError
        For one that can't be used.
    """
    found: dict[str, object] = {}
    for name, own in _TEXTS.items():
        if environment.get(name):
            found[own] = environment[name]
    for name, own in _NUMBERS.items():
        given = environment.get(name)
        if given:
            try:
                number = float(given) if "seconds" in own else int(given)
            except ValueError:
                raise SettingsError(f"{name} must be a number") from None
            least, most = _BOUNDS.get(name, (0, 1e15))
            if not least < number < most:
                raise SettingsError(
                    f"{name} must be above {least}" + (f" and below {most:.0f}" if name in _BOUNDS else "")
                )
            found[own] = number
    found["client_secret"] = _client_secret(environment)
    found["smtp"] = bool(environment.get("CONVENE_SMTP_HOST"))
    found["allow_private"] = environment.get("CONVENE_ALLOW_PRIVATE", "") == "yes"
    settings = Settings(**found)  # type: ignore[arg-type]
    if bool(settings.issuer) != bool(settings.jwks) or bool(settings.issuer) != bool(settings.audience):
        raise SettingsError(
            "CONVENE_OIDC_ISSUER, CONVENE_OIDC_AUDIENCE and CONVENE_OIDC_JWKS go together: set all three"
        )
    if settings.client or settings.client_secret:
        _see_to_signing_in(settings)
    return settings


def _client_secret(environment: Mapping[str, str]) -> str:
    names = ("CLIENT_SECRET", "CLIENT_SECRET_FILE")
    given = {name: value for name in names if (value := environment.get(f"CONVENE_OIDC_{name}"))}
    faults: list[str] = []
    secret = read_secret(given, "CONVENE_OIDC_", "CLIENT_SECRET", faults)
    if faults:
        raise SettingsError("; ".join(faults))
    return secret or ""


def _see_to_signing_in(settings: Settings) -> None:
    if not (settings.client and settings.client_secret and settings.issuer):
        raise SettingsError(
            "CONVENE_OIDC_CLIENT_ID and CONVENE_OIDC_CLIENT_SECRET (or CONVENE_OIDC_CLIENT_SECRET_FILE) go together, with "
            "CONVENE_OIDC_ISSUER, CONVENE_OIDC_AUDIENCE and CONVENE_OIDC_JWKS: set all"
        )
    here = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")
    if not settings.address.startswith(("https://", *here)):
        raise SettingsError(
            "CONVENE_OIDC_CLIENT_ID needs CONVENE_ADDRESS, such as https://convene.authority.example: the identity provider "
            "sends people back there"
        )


__all__ = ["DATABASE", "Settings", "SettingsError", "read_settings"]
