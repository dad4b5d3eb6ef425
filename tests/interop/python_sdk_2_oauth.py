"""The Python SDK 2.x and the FastMCP client sign in: a connection's whole life.

Reads from the variable WIV_SIGN_IN where. Prints one line per row; exits 1 when one failed.
"""

import functools
import sys
import warnings
import webbrowser
from importlib.metadata import version

from fastmcp.client.auth import OAuth
from fastmcp.client.transports import StreamableHttpTransport
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

import sign_in
from python_sdk_2 import FASTMCP, SDK, Client, FastMcp, over_http, over_sse
from scenario import told


def provider(row, window):
    async def callback_handler():
        answer = await window.answer()
        members = {name: answer.get(name) for name in ("code", "state", "iss")}
        return AuthorizationCodeResult(**members)

    return OAuthClientProvider(
        server_url=row.url,
        client_metadata=OAuthClientMetadata(**sign_in.CLIENT_METADATA),
        storage=sign_in.Storage(),
        redirect_handler=window.redirect_handler,
        callback_handler=callback_handler,
        client_metadata_url=client_document(row),
    )


def fastmcp_provider(row, _window):
    # It says that tokens kept in memory are lost, which is what is wanted here.
    with warnings.catch_warnings(action="ignore"):
        return OAuth(mcp_url=row.url, client_metadata_url=client_document(row))


def client_document(row):
    return sign_in.CLIENT_DOCUMENT if row.registration == "cimd" else None


def main():
    demo, served = (sign_in.places()[name] for name in ("demo", "served"))
    sdk = functools.partial(Client.connect, over_http)
    sdk_sse = functools.partial(Client.connect, over_sse)
    fastmcp = functools.partial(FastMcp.connect, StreamableHttpTransport)
    rows = [
        (sign_in.Row(SDK, "http", "dcr", served, served.mcp_url, True), sdk, provider),
        (sign_in.Row(SDK, "http", "cimd", demo, demo.mcp_url, False), sdk, provider),
        (sign_in.Row(SDK, "sse", "dcr", demo, demo.sse_url, True), sdk_sse, provider),
        (sign_in.Row(FASTMCP, "http", "dcr", served, served.mcp_url, True), fastmcp, fastmcp_provider),
        (sign_in.Row(FASTMCP, "http", "cimd", demo, demo.mcp_url, False), fastmcp, fastmcp_provider),
    ]
    held = True
    for row, connect, make_provider in rows:
        window = sign_in.Window(row.place.person(row.in_several))
        auth = make_provider(row, window)
        story = functools.partial(sign_in.story, row, connect, auth, window)
        # Only FastMCP opens a browser by itself.
        with sign_in.opening(webbrowser, window):
            held &= told(row.line(), story)
    row = sign_in.Row(SDK, "http", "dcr", served, served.mcp_url, False)
    window = sign_in.Window(served.person(row.in_several))
    connect = sdk
    story = functools.partial(sign_in.windows, row, connect, provider, window)
    held &= told(f"{row.line()} · two windows", story)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
