"""A connection's whole life by OAuth, told once for every Python client.

Knows no client: each brings its `Client` and its OAuth provider, which keep to the same names.
`sign_in.mjs` and `rmcp/src/sign_in.rs` tell the same story.
"""

import asyncio
import contextlib
import json
import os
import sys
import urllib.request
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import browser
from scenario import succeed, the_server, the_tools

# Nobody listens there: the scripted browser stops where the person would return to the client.
REDIRECT_URI = "http://localhost:53682/callback"
# One of the documents that the server has a copy of, because nothing is fetched in a test. It
# allows the redirect URI above on any port (RFC 8252, 7.3).
CLIENT_DOCUMENT = "https://claude.ai/oauth/claude-code-client-metadata"

CLIENT_METADATA = {
    "client_name": "WIV interop",
    "redirect_uris": [REDIRECT_URI],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
}

HALF_AN_HOUR_S = 1800

# Long past, so that a client believes its token to be expired.
EXPIRED_AT = 1.0


class Place:
    """A server, its identity provider, and what an operator can do to both."""

    def __init__(self, told):
        self.mcp_url = told["mcp_url"]
        self.sse_url = told["sse_url"]
        self.identity_url = told["identity_url"]
        self.users = told["users"]
        # None where the server can't be restarted with the same sealing keys.
        self.restart_url = told.get("restart_url")
        # What PropelAuth's Backend API is asked with, where that is told.
        self.integration_key = told.get("integration_key")

    def person(self, in_several):
        """Somebody who can sign in, in one organization or in several, and one of those."""
        for user in self.users:
            organizations = user["organizations"]
            if organizations and (len(organizations) > 1) == in_several:
                return browser.Person(user["email"], user["password"], organizations[-1])
        raise AssertionError(f"nobody is in {'several organizations' if in_several else 'one'}")

    def restart(self):
        ask(self.restart_url, "POST")

    def live_keys(self):
        keys = ask(f"{self.identity_url}/_control/keys")["keys"]
        return {key["api_key_id"] for key in keys if key["is_live"]}

    def half_an_hour_later(self):
        """Turns the stand-in's clock, and what was noted on keys back by as much: ours stands."""
        ask(f"{self.identity_url}/_control/clock", "POST", {"advance_s": HALF_AN_HOUR_S})
        for key in ask(f"{self.identity_url}/_control/keys")["keys"]:
            if key["is_live"] and "gen_at" in key["metadata"]:
                notes = {**key["metadata"], "gen_at": key["metadata"]["gen_at"] - HALF_AN_HOUR_S}
                url = f"{self.identity_url}/api/backend/v1/end_user_api_keys/{key['api_key_id']}"
                bearer = {"Authorization": f"Bearer {self.integration_key}"}
                ask(url, "PATCH", {"metadata": notes}, bearer)

    def revoke(self, key_ids):
        for key_id in key_ids:
            ask(f"{self.identity_url}/_control/keys/{key_id}", "DELETE")


def ask(url, method="GET", body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read() or b"null")


def places():
    """What `run` started, by name: `demo`, and `served`, which can be restarted."""
    return {name: Place(told) for name, told in json.loads(os.environ["WIV_SIGN_IN"]).items()}


class Storage:
    """What a client keeps between two starts."""

    def __init__(self):
        self.tokens = None
        self.client_info = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client_info

    async def set_client_info(self, client_info):
        self.client_info = client_info


class Window:
    """Where a client opens the sign-in page, and where the person's answer comes back."""

    def __init__(self, person):
        self.person = person
        self.opened = []

    async def redirect_handler(self, url):
        self.opened.append(url)

    async def answer(self):
        """The parameters with which the person returns to the client."""
        end = await asyncio.to_thread(browser.sign_in, self.opened[-1], self.person)
        return {name: values[0] for name, values in parse_qs(urlsplit(end).query).items()}


@dataclass
class Row:
    """One line of the matrix."""

    client: str
    transport: str
    # How the client becomes known: `dcr` or `cimd`.
    registration: str
    place: Place
    url: str
    in_several: bool

    def line(self):
        return f"{self.client} · {self.transport} · oauth {self.registration}"


async def story(row, connect, provider, window, checks):
    """Signs in, works, refreshes, outlives a restart, is revoked, and signs in again.

    `connect` opens a client with the provider, which has what it needs to open the window.
    """
    place = row.place
    keys_before = place.live_keys()
    async with connect(row.url, auth=provider) as client:
        checks.that(len(window.opened) == 1, f"asked to sign in {len(window.opened)} times")
        client_id = parse_qs(urlsplit(window.opened[0]).query)["client_id"][0]
        by_document = client_id == CLIENT_DOCUMENT
        checks.that(by_document == (row.registration == "cimd"), f"known as {client_id[:80]}")
        keys = place.live_keys() - keys_before
        checks.that(len(keys) == 1, f"the sign-in made {len(keys)} keys")

        the_server(client, checks)
        the_tools(await client.list_tools(), checks)
        await succeed(client, checks, "wiv_search_cases", limit=5)
        connection = await succeed(client, checks, "wiv_get_connection")
        checks.that(
            window.person.organization in json.dumps(connection["data"]["organization"]),
            f"signed in to {connection['data']['organization']}",
        )

        await refresh(client, provider, checks)
        checks.that(place.live_keys() - keys_before == keys, "the refresh changed the key")
        if place.restart_url:
            await asyncio.to_thread(place.restart)
            await succeed(client, checks, "wiv_search_cases", limit=5)
            await refresh(client, provider, checks)
        checks.that(len(window.opened) == 1, "asked to sign in again although nothing ended")

        place.revoke(keys)
        refused = await client.call_tool("wiv_search_cases", {"limit": 5})
        kind = ((refused.get("structuredContent") or {}).get("error") or {}).get("kind")
        checks.that(
            refused.get("isError") and kind == "unauthorized",
            f"a revoked key: isError {refused.get('isError')}, kind {kind}",
        )
        said = refused["content"][0]["text"].lower()
        checks.that("sign in" in said or "sign-in" in said, f"a revoked key is told only: {said}")

    # The refresh is refused as well, so the client has to open the window again.
    provider.context.token_expiry_time = EXPIRED_AT
    async with connect(row.url, auth=provider) as client:
        checks.that(len(window.opened) == 2, f"asked to sign in {len(window.opened)} times, not 2")
        await succeed(client, checks, "wiv_search_cases", limit=5)
        return client.revision


async def windows(row, connect, make_provider, window, checks):
    """Two windows of one client begin with one refresh token, and refresh in turn, each by itself."""
    first, second = make_provider(row, window), make_provider(row, window)
    async with connect(row.url, auth=first) as client:
        await succeed(client, checks, "wiv_get_connection")
        await second.context.storage.set_tokens(first.context.current_tokens)
        await second.context.storage.set_client_info(first.context.client_info)
        # It found the server when it signed in, some other day.
        second.context.oauth_metadata = first.context.oauth_metadata
        async with connect(row.url, auth=second) as other:
            for _ in range(3):
                for one, provider in ((client, first), (other, second)):
                    await asyncio.to_thread(row.place.half_an_hour_later)
                    await refresh(one, provider, checks)
        checks.that(len(window.opened) == 1, f"asked to sign in {len(window.opened)} times")
        return client.revision


async def refresh(client, provider, checks):
    """Makes the client believe that its token expired, so that it fetches the next pair itself."""
    before = provider.context.current_tokens
    provider.context.token_expiry_time = EXPIRED_AT
    await succeed(client, checks, "wiv_search_cases", limit=5)
    after = provider.context.current_tokens
    checks.that(after.access_token != before.access_token, "the access token was not refreshed")
    checks.that(after.refresh_token != before.refresh_token, "the refresh token was not rotated")


@contextlib.contextmanager
def opening(module, window):
    """Lets the scripted browser stand in for the one that a client opens by itself."""

    def deliver(url):
        try:
            browser.deliver(url, window.person)
        except Exception as error:
            # Nobody waits for a browser: the client only sees that nothing comes back.
            print(f"the browser: {error}", file=sys.stderr, flush=True)

    def opened(url, *_):
        window.opened.append(url)
        asyncio.get_running_loop().run_in_executor(None, deliver, url)
        return True

    original, module.open = module.open, opened
    try:
        yield
    finally:
        module.open = original
