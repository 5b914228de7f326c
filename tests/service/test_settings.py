from __future__ import annotations

from pathlib import Path

import pytest

from service.settings import Settings, SettingsError, read_settings


def test_nothing_set_is_a_service_on_this_machine() -> None:
    assert read_settings({}) == Settings()
    assert read_settings({"DATABASE_URL": "", "CONVENE_MOST_BODY": ""}) == Settings()


def test_what_is_set_is_taken() -> None:
    found = read_settings(
        {
            "DATABASE_URL": "postgresql://x/y",
            "CONVENE_TENANT": "north",
            "CONVENE_MOST_BODY": "1000",
            "CONVENE_MOST_SECONDS": "12.5",
            "CONVENE_SMTP_HOST": "mail.example",
            "CONVENE_ALLOW_PRIVATE": "yes",
            "CONVENE_SOLVE_MEMORY_MB": "2048",
            "CONVENE_SOLVE_THREADS": "6",
        }
    )
    assert (found.solve_memory_mb, found.solve_threads) == (2048, 6)
    assert (found.database, found.tenant, found.most_body) == ("postgresql://x/y", "north", 1000)
    assert (found.most_seconds, found.smtp, found.allow_private) == (12.5, True, True)


@pytest.mark.parametrize("value", ["much", "-1", "0", "nan", "inf", "1e30"])
@pytest.mark.parametrize(
    "name",
    [
        "CONVENE_MOST_BODY",
        "CONVENE_MOST_SECONDS",
        "CONVENE_REQUESTS_A_MINUTE",
        "CONVENE_SOLVE_MEMORY_MB",
        "CONVENE_SOLVE_THREADS",
    ],
)
def test_a_limit_that_is_none_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})


@pytest.mark.parametrize(
    ("name", "value"), [("CONVENE_SOLVE_MEMORY_MB", "499"), ("CONVENE_SOLVE_THREADS", "257")]
)
def test_a_process_that_plans_gets_what_it_can_use(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be above .* and below"):
        read_settings({name: value})


def test_the_identity_provider_is_set_whole() -> None:
    whole = {"CONVENE_OIDC_ISSUER": "a", "CONVENE_OIDC_AUDIENCE": "b", "CONVENE_OIDC_JWKS": "c"}
    assert read_settings(whole).jwks == "c"
    for name in whole:
        with pytest.raises(SettingsError, match="together"):
            read_settings({one: value for one, value in whole.items() if one != name})


def test_signing_in_to_the_pages_is_set_whole(tmp_path: Path) -> None:
    provider = {"CONVENE_OIDC_ISSUER": "a", "CONVENE_OIDC_AUDIENCE": "b", "CONVENE_OIDC_JWKS": "c"}
    whole = provider | {
        "CONVENE_ADDRESS": "https://convene.authority.example",
        "CONVENE_OIDC_CLIENT_ID": "convene",
        "CONVENE_OIDC_CLIENT_SECRET": "s3cret",
    }
    found = read_settings(whole)
    assert (found.client, found.client_secret) == ("convene", "s3cret")
    assert "s3cret" not in repr(found)
    for name in set(whole) - {"CONVENE_ADDRESS"}:
        with pytest.raises(SettingsError, match="together"):
            read_settings({one: value for one, value in whole.items() if one != name})
    for address in ("", "http://convene.authority.example", "http://127.0.0.1.evil.example"):
        with pytest.raises(SettingsError, match="CONVENE_ADDRESS"):
            read_settings(whole | {"CONVENE_ADDRESS": address})
    assert read_settings(whole | {"CONVENE_ADDRESS": "http://127.0.0.1:8080"}).client == "convene"
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    named = {one: value for one, value in whole.items() if one != "CONVENE_OIDC_CLIENT_SECRET"}
    named["CONVENE_OIDC_CLIENT_SECRET_FILE"] = str(file)
    assert read_settings(named).client_secret == "from a file"
    for wrong in (
        named | {"CONVENE_OIDC_CLIENT_SECRET": "x"},
        named | {"CONVENE_OIDC_CLIENT_SECRET_FILE": "nowhere"},
    ):
        with pytest.raises(SettingsError, match="CONVENE_OIDC_CLIENT_SECRET_FILE"):
            read_settings(wrong)
