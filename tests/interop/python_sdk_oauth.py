"""The Python SDK 1.x signs in: a connection's whole life, over each transport.

Reads from the variable WIV_SIGN_IN where. Prints one line per row; exits 1 when one failed.
"""

import functools
import sys
from importlib.metadata import version

from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import OAuthClientMetadata

import sign_in
from python_sdk import Client, over_http, over_sse
from scenario import told


def provider(row, window):
    async def callback_handler():
        answer = await window.answer()
        return answer["code"], answer.get("state")

    return OAuthClientProvider(
        server_url=row.url,
        client_metadata=OAuthClientMetadata(**sign_in.CLIENT_METADATA),
        storage=sign_in.Storage(),
        redirect_handler=window.redirect_handler,
        callback_handler=callback_handler,
        client_metadata_url=sign_in.CLIENT_DOCUMENT if row.registration == "cimd" else None,
    )


def main():
    sdk = f"python-sdk {version('mcp')}"
    demo, served = (sign_in.places()[name] for name in ("demo", "served"))
    rows = [
        (sign_in.Row(sdk, "http", "dcr", served, served.mcp_url, True), over_http),
        (sign_in.Row(sdk, "http", "cimd", demo, demo.mcp_url, False), over_http),
        (sign_in.Row(sdk, "sse", "dcr", demo, demo.sse_url, True), over_sse),
    ]
    held = True
    for row, transport in rows:
        window = sign_in.Window(row.place.person(row.in_several))
        connect = functools.partial(Client.connect, transport)
        story = functools.partial(sign_in.story, row, connect, provider(row, window), window)
        held &= told(row.line(), story)
    row = sign_in.Row(sdk, "http", "dcr", served, served.mcp_url, False)
    window = sign_in.Window(served.person(row.in_several))
    connect = functools.partial(Client.connect, over_http)
    story = functools.partial(sign_in.windows, row, connect, provider, window)
    held &= told(f"{row.line()} · two windows", story)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
