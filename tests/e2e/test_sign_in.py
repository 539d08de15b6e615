"""Signing in by an OpenID Connect provider, in a browser: there, back, in; and out again."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.backend.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, provider
from tests.e2e.closed import ClosedServer, visitor


@pytest.fixture(scope="module")
def issuer() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture(scope="module")
def server(issuer: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClosedServer]:
    """Everyone whom the provider vouches for looks on."""
    running = ClosedServer(
        tmp_path_factory.mktemp("sign-in"),
        MASKLET_OIDC_ISSUER=issuer.issuer,
        MASKLET_OIDC_CLIENT_ID=CLIENT_ID,
        MASKLET_OIDC_CLIENT_SECRET=CLIENT_SECRET,
        MASKLET_OIDC_ROLE="viewer",
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context, page = visitor(browser)
    yield page
    context.close()


def is_out(page: Page, server: ClosedServer) -> None:
    page.goto(server.url)
    expect(page.get_by_test_id("closed-page")).to_be_visible()


def way_back(page: Page, server: ClosedServer, issuer: Provider) -> str:
    """Begin to sign in and be let in by the provider, but do not follow where it then sends the browser."""
    began = page.request.get(f"{server.url}/api/sign-in", max_redirects=0)
    asked = parse_qs(urlsplit(began.headers["location"]).query)
    return issuer.let_in({name: values[0] for name, values in asked.items()})


def test_one_signs_in_and_out(page: Page, server: ClosedServer) -> None:
    is_out(page, server)
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("gallery")).to_be_visible()
    assert "code" not in page.url and "state" not in page.url
    page.reload()
    expect(page.get_by_test_id("gallery")).to_be_visible()
    expect(page.get_by_test_id("choose-video")).to_have_count(0)  # a viewer
    page.get_by_test_id("person-menu").click()
    expect(page.get_by_test_id("person-menu-rename")).to_contain_text("Grace")
    page.get_by_test_id("person-menu-sign-out").click()
    expect(page.get_by_test_id("closed-page")).to_be_visible()
    is_out(page, server)


def test_another_state_is_refused(page: Page, server: ClosedServer, issuer: Provider) -> None:
    back = way_back(page, server, issuer)
    state = parse_qs(urlsplit(back).query)["state"][0]
    page.goto(back.replace(state, "made-up"))
    expect(page.locator("body")).to_contain_text("not begun here")
    is_out(page, server)
    page.goto(back)  # and what was begun here still is
    expect(page.get_by_test_id("gallery")).to_be_visible()


def test_nobody_is_signed_in_as_somebody_else(
    page: Page, browser: Browser, server: ClosedServer, issuer: Provider
) -> None:
    context, other = visitor(browser)
    try:
        page.goto(way_back(other, server, issuer))  # a link that somebody sends
    finally:
        context.close()
    expect(page.locator("body")).to_contain_text("not begun here")
    is_out(page, server)


def test_a_token_for_another_service_is_refused(page: Page, server: ClosedServer, issuer: Provider) -> None:
    issuer.claims = {"aud": "another service"}
    try:
        is_out(page, server)
        page.get_by_test_id("sign-in").click()
        expect(page.locator("body")).to_contain_text("could not be trusted")
    finally:
        issuer.claims = {}
    is_out(page, server)
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("gallery")).to_be_visible()
