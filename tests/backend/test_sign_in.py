"""Signing in by an OpenID Connect provider: whom it vouches for comes in, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from joserfc.jwk import RSAKey

from backend.domain.people import Role
from backend.provider import Provider as ProviderSettings
from backend.settings import SettingsError, from_environment
from tests.backend.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, provider
from tests.backend.team import Member, Team, team

ME = "{ me { person { id name } may signInUrl } }"


@pytest.fixture
def issuer() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def crew(tmp_path: Path, issuer: Provider) -> Iterator[Team]:
    oidc = ProviderSettings(issuer.issuer, CLIENT_ID, CLIENT_SECRET)
    with team(tmp_path, oidc=oidc) as made:
        yield made


def sign_in(member: Member, change: dict[str, str] | None = None) -> httpx2.Response:
    """As a browser does it: to the provider, which knows it already, and back."""
    began = member.client.get("/api/sign-in")
    assert began.status_code == 303, began.text
    back = httpx2.get(began.headers["location"]).headers["location"]
    address = httpx2.URL(back).copy_merge_params(change or {})
    return member.client.get(address.raw_path.decode())


def test_whom_the_provider_vouches_for_comes_in_and_is_the_same_each_time(
    crew: Team, issuer: Provider
) -> None:
    grace = crew.stranger()
    assert grace.ask(ME) == {"person": None, "may": [], "signInUrl": "/api/sign-in"}
    page = sign_in(grace)
    assert page.status_code == 200 and 'url=/"' in page.text
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    known = grace.ask(ME)["person"]
    assert known["name"] == "Grace" and known["id"] != issuer.subject
    assert grace.ask("{ sessions { id } }") == [], "registration is closed: nobody gave her a role yet"

    owner, place = crew.owner(), crew.place()
    assert {"id": known["id"]} in owner.ask("{ newcomers { id } }")
    give = "mutation($i: ID!, $p: ID) { setMemberRole(personId: $i, role: REVIEWER, projectId: $p) }"
    assert owner.ask(give, i=known["id"], p=place.project_id)
    again = crew.stranger()
    issuer.name = "Grace H."
    sign_in(again)
    assert again.ask(ME)["person"]["id"] == known["id"]
    assert [one["id"] for one in again.ask("{ sessions { id } }")] == [place.session_id]
    assert owner.ask("{ newcomers { id } }") == []


def test_a_role_for_all_who_sign_in_is_what_the_settings_say_now(tmp_path: Path, issuer: Provider) -> None:
    for role, may in ((Role.VIEWER, ["LOOK"]), (None, [])):
        oidc = ProviderSettings(issuer.issuer, CLIENT_ID, CLIENT_SECRET, role)
        with team(tmp_path, oidc=oidc) as crew:
            grace = crew.stranger()
            sign_in(grace)
            assert grace.ask(ME)["may"] == may


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another app"},
        {"nonce": "of another sign-in"},
        {"exp": 1_000_000_000},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_lets_nobody_in(
    crew: Team, issuer: Provider, claims: dict[str, object]
) -> None:
    issuer.claims = claims
    eve = crew.stranger()
    assert sign_in(eve).status_code == 403
    assert eve.ask(ME)["person"] is None


def test_a_token_by_another_key_lets_nobody_in(crew: Team, issuer: Provider) -> None:
    issuer.signs_with = RSAKey.generate_key(2048, {"kid": "1"})
    eve = crew.stranger()
    assert sign_in(eve).status_code == 403 and eve.ask(ME)["person"] is None


def test_a_sign_in_ends_in_the_browser_that_began_it(crew: Team) -> None:
    """Else somebody could be signed in as somebody else without noticing."""
    eve, grace = crew.stranger(), crew.stranger()
    began = eve.client.get("/api/sign-in")
    back = httpx2.URL(httpx2.get(began.headers["location"]).headers["location"])
    assert grace.client.get(back.raw_path.decode()).status_code == 403
    assert grace.ask(ME)["person"] is None
    assert sign_in(grace, {"state": "x"}).status_code == 403
    assert sign_in(grace, {"code": "x"}).status_code == 403
    assert eve.client.get(back.raw_path.decode()).status_code == 200
    eve.client.cookies.delete("masklet_login")
    assert eve.client.get(back.raw_path.decode()).status_code == 403, "a code works once"


def test_a_provider_that_is_away_or_wrong_is_said_in_a_sentence(tmp_path: Path, issuer: Provider) -> None:
    for at in ("http://127.0.0.1:9", f"{issuer.issuer}/"):  # nobody there; not what it calls itself
        with team(tmp_path, oidc=ProviderSettings(at, CLIENT_ID, CLIENT_SECRET)) as crew:
            answer = crew.stranger().client.get("/api/sign-in")
            assert answer.status_code == 503 and "provider does not answer" in answer.text
    with team(tmp_path) as crew:
        for path in ("/api/sign-in", "/api/sign-in/back?code=x&state=x"):
            assert crew.stranger().client.get(path).status_code == 404


def test_the_settings_are_checked() -> None:
    good = {
        "MASKLET_OIDC_ISSUER": "https://login.example/realm",
        "MASKLET_OIDC_CLIENT_ID": "a",
        "MASKLET_OIDC_CLIENT_SECRET": "b",
    }
    made = from_environment({**good, "MASKLET_OIDC_ROLE": "Viewer"}).oidc
    assert made == ProviderSettings("https://login.example/realm", "a", "b", Role.VIEWER)
    assert "'b'" not in repr(made) and from_environment({}).oidc is None
    for name, bad in (
        ("MASKLET_OIDC_ISSUER", "http://login.example"),
        ("MASKLET_OIDC_ISSUER", "login.example"),
        ("MASKLET_OIDC_CLIENT_ID", ""),
        ("MASKLET_OIDC_CLIENT_SECRET", ""),
        ("MASKLET_OIDC_ROLE", "king"),
    ):
        with pytest.raises(SettingsError, match=name):
            from_environment({**good, name: bad})
