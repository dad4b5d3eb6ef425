"""The Python SDK 1.x as a user of the server: one scenario, run over each transport.

Reads the object that `wiv-mcp demo --json` printed from the variable WIV_DEMO.
Prints one line per transport; exits 1 when one of them failed.
"""

import contextlib
import json
import os
import sys
from importlib.metadata import version

import httpx
from mcp import ClientSession, McpError
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from scenario import SCENARIO_WITHIN_S, causes, scenario, stdio_command, told, wire

__all__ = ["Client", "causes", "over_http", "over_sse"]


@contextlib.asynccontextmanager
async def over_sse(url, headers, auth=None):
    async with sse_client(url, headers=headers, auth=auth) as (read, write):
        yield read, write


@contextlib.asynccontextmanager
async def over_http(url, headers, auth=None):
    async with httpx.AsyncClient(headers=headers, auth=auth, timeout=SCENARIO_WITHIN_S) as http:
        async with streamable_http_client(url, http_client=http) as (read, write, _):
            yield read, write


@contextlib.asynccontextmanager
async def over_stdio(url, headers, auth=None):
    async with stdio_client(StdioServerParameters(**stdio_command(url, headers))) as streams:
        yield streams


# Name on the printed line, member of the demo's object that holds the address, transport.
TRANSPORTS = [
    ("sse", "sse_url", over_sse),
    ("http", "mcp_url", over_http),
    ("http on /sse", "sse_url", over_http),
    ("stdio", "wiv_api_url", over_stdio),
]


class Client:
    """The SDK's session in the form that the scenario uses."""

    error = McpError

    def __init__(self, session, opened):
        self.session = session
        self.server = wire(opened.serverInfo)
        self.capabilities = wire(opened.capabilities)
        self.revision = opened.protocolVersion

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, transport, url, headers=None, auth=None):
        async with transport(url, headers, auth) as (read, write):
            async with ClientSession(read, write) as session:
                yield cls(session, await session.initialize())

    async def list_tools(self):
        return [wire(tool) for tool in (await self.session.list_tools()).tools]

    async def call_tool(self, name, arguments):
        return wire(await self.session.call_tool(name, arguments))


def main():
    demo = json.loads(os.environ["WIV_DEMO"])
    held = True
    for name, address, transport in TRANSPORTS:

        async def story(checks):
            headers = {"X-API-Key": demo["api_keys"]["acme"]}
            async with Client.connect(transport, demo[address], headers) as client:
                await scenario(client, demo, checks)
                return client.revision

        held &= told(f"python-sdk {version('mcp')} · {name} · key", story)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
