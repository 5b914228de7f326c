"""Signing in and out."""

from __future__ import annotations

import pytest
from browsers import Browsing, checked
from web_world import World

pytestmark = pytest.mark.web


def test_signing_in_leads_to_the_team_and_out_of_it_again(served: World, browser: Browsing) -> None:
    with browser.page(served, None) as (page, _):
        page.goto("/teams/yew?of=worker-1")
        assert page.url.startswith(served.address + "/sign-in?next=")
        checked(page)
        page.get_by_role("button", name="Sign in as manager@yew.example").click()
        assert page.url == served.address + "/teams/yew?of=worker-1"
        page.get_by_role("button", name="Sign out").click()
        assert page.url == served.address + "/sign-in"
        page.goto("/")
        assert page.url == served.address + "/sign-in"
