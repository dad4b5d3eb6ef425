"""The Python SDK 2.x and the FastMCP client as users of the server, over each transport.

Both ask with `server/discover` what the server speaks before they fall back to `initialize`.
Reads the object that `wiv-mcp demo --json` printed from the variable WIV_DEMO.
Prints one line per client and transport; exits 1 when one of them failed.
"""

import contextlib
import json
import os
import sys
from importlib.metadata import version

import fastmcp
import httpx2
import mcp
from fastmcp.client.transports import SSETransport, StdioTransport, StreamableHttpTransport
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import listen
from mcp.shared.exceptions import MCPError

from scenario import SCENARIO_WITHIN_S, scenario, stdio_command, told, wire


def over_sse(url, headers=None, auth=None):
    return sse_client(url, headers=headers, auth=auth)


@contextlib.asynccontextmanager
async def over_http(url, headers=None, auth=None):
    async with httpx2.AsyncClient(headers=headers, auth=auth, timeout=SCENARIO_WITHIN_S) as http:
        async with streamable_http_client(url, http_client=http) as streams:
            yield streams


def over_stdio(url, headers, auth=None):
    return stdio_client(StdioServerParameters(**stdio_command(url, headers)))


def fastmcp_over_stdio(url, headers):
    # Kept alive, it would outlive the client.
    return StdioTransport(**stdio_command(url, headers), keep_alive=False)


class Client:
    """The SDK's client in the form that the scenario uses."""

    error = MCPError

    def __init__(self, client):
        self.client = client
        self.server = wire(client.server_info) if client.server_info else {}
        self.capabilities = wire(client.server_capabilities)
        self.revision = client.protocol_version

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, transport, url, headers=None, auth=None, mode="auto"):
        async with mcp.Client(transport(url, headers, auth), mode=mode) as client:
            yield cls(client)

    async def list_tools(self):
        return [wire(tool) for tool in (await self.client.list_tools()).tools]

    async def call_tool(self, name, arguments):
        return wire(await self.client.call_tool(name, arguments))


class FastMcp(Client):
    """FastMCP's client, which raises on failed calls unless asked for the protocol's own answer."""

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, transport, url, headers=None, auth=None):
        async with fastmcp.Client(transport(url, headers=headers), auth=auth) as client:
            yield cls(client)

    async def list_tools(self):
        return [wire(tool) for tool in await self.client.list_tools()]

    async def call_tool(self, name, arguments):
        return wire(await self.client.call_tool_mcp(name, arguments))


def by_default(client, *transport):
    return lambda url, headers: client.connect(*transport, url, headers)


def without_discovery(transport):
    return lambda url, headers: Client.connect(transport, url, headers, mode="legacy")


# The revision in which clients listen.
STATELESS = "2026-07-28"

SDK = f"python-sdk {version('mcp')}"
FASTMCP = f"fastmcp {version('fastmcp-slim')}"

# Client and transport on the printed line, member of the demo's object that holds the address, how.
ROWS = [
    (SDK, "sse", "sse_url", by_default(Client, over_sse)),
    (SDK, "http", "mcp_url", by_default(Client, over_http)),
    (SDK, "http on /sse", "sse_url", by_default(Client, over_http)),
    (SDK, "http without discovery", "mcp_url", without_discovery(over_http)),
    (SDK, "stdio", "wiv_api_url", by_default(Client, over_stdio)),
    (FASTMCP, "sse", "sse_url", by_default(FastMcp, SSETransport)),
    (FASTMCP, "http", "mcp_url", by_default(FastMcp, StreamableHttpTransport)),
    (FASTMCP, "http on /sse", "sse_url", by_default(FastMcp, StreamableHttpTransport)),
    (FASTMCP, "stdio", "wiv_api_url", by_default(FastMcp, fastmcp_over_stdio)),
]


async def a_subscription_to_nothing(client, checks):
    """That listening, which clients do unasked, is acknowledged as empty and ends gracefully."""
    # FastMCP's client has the SDK's session inside.
    async with listen(client.session, tools_list_changed=True) as subscription:
        honored = wire(subscription.honored)
        checks.that(not any(honored.values()), f"the server honors {honored}")
        events = [event async for event in subscription]
        checks.that(not events, f"the server announced {events}")


def main():
    demo = json.loads(os.environ["WIV_DEMO"])
    held = True
    for named, transport, address, connect in ROWS:

        async def story(checks):
            headers = {"X-API-Key": demo["api_keys"]["acme"]}
            async with connect(demo[address], headers) as client:
                await scenario(client, demo, checks)
                if client.revision == STATELESS:
                    await a_subscription_to_nothing(client.client, checks)
                return client.revision

        held &= told(f"{named} · {transport} · key", story)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
