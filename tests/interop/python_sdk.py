"""The Python SDK 1.x as a user of the server: one scenario, run over each transport.

Reads the object that `wiv-mcp demo --json` printed from the variable WIV_DEMO.
Prints one line per transport; exits 1 when one of them failed.
"""

import asyncio
import contextlib
import json
import os
import sys
import urllib.request
from importlib.metadata import version

import httpx
from mcp import ClientSession, McpError
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

# One transport's whole scenario takes about a second; a server that never answers must not hang it.
SCENARIO_WITHIN_S = 60
# The stand-in's executions end within minutes of its own clock, which the scenario turns.
CLOCK_STEP_S = 30
CLOCK_STEPS = 40

HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")


@contextlib.asynccontextmanager
async def over_sse(url, headers):
    async with sse_client(url, headers=headers) as (read, write):
        yield read, write


@contextlib.asynccontextmanager
async def over_http(url, headers):
    async with httpx.AsyncClient(headers=headers, timeout=SCENARIO_WITHIN_S) as http:
        async with streamable_http_client(url, http_client=http) as (read, write, _):
            yield read, write


# Name on the printed line, member of the demo's object that holds the address, transport.
TRANSPORTS = [
    ("sse", "sse_url", over_sse),
    ("http", "mcp_url", over_http),
    ("http on /sse", "sse_url", over_http),
]


class Checks:
    """Counts what held; the first that does not hold ends the scenario."""

    def __init__(self):
        self.count = 0

    def that(self, holds, otherwise):
        if not holds:
            raise AssertionError(otherwise)
        self.count += 1


async def scenario(session, demo, checks):
    """What an assistant does on its first day. The TypeScript file tells the same story."""
    opened = await session.initialize()
    checks.that(opened.serverInfo.name, "initialize names no server")
    checks.that(opened.capabilities.tools is not None, "initialize declares no tools")

    tools = (await session.list_tools()).tools
    names = [tool.name for tool in tools]
    checks.that(len(tools) >= 27, f"only {len(tools)} tools")
    checks.that(len(set(names)) == len(names), "a tool name is listed twice")
    checks.that(all(tool.title for tool in tools), "a tool has no title")
    checks.that(all(tool.description for tool in tools), "a tool has no description")
    checks.that(
        all(tool.inputSchema.get("type") == "object" for tool in tools),
        "an inputSchema is no object",
    )
    for hint in HINTS:
        missing = [
            tool.name for tool in tools if not isinstance(getattr(tool.annotations, hint, None), bool)
        ]
        checks.that(not missing, f"{hint} is missing on {missing}")

    async def call(name, **arguments):
        return await session.call_tool(name, arguments)

    async def succeed(name, **arguments):
        result = await call(name, **arguments)
        text = " ".join(block.text for block in result.content if block.type == "text")
        checks.that(not result.isError, f"{name} failed: {text}")
        checks.that(text and result.structuredContent, f"{name} lacks text or structuredContent")
        return result.structuredContent

    first = await succeed("wiv_search_cases", limit=5)
    checks.that(len(first["data"]) == 5, f"{len(first['data'])} cases instead of 5")
    cursor = first["page"]["next_cursor"]
    checks.that(cursor, "the first page has no next_cursor")
    second = await succeed("wiv_search_cases", limit=5, cursor=cursor)
    ids = {case["case_id"] for page in (first, second) for case in page["data"]}
    checks.that(len(ids) == 10, f"two pages of 5 hold {len(ids)} different cases")

    workflows = (await succeed("wiv_list_workflows", limit=100))["data"]
    found = [row for row in workflows if row["name"] == "Tag untagged volumes"]
    checks.that(len(found) == 1, f"{len(found)} workflows are called 'Tag untagged volumes'")
    workflow_id = found[0]["workflow_id"]

    started = await succeed(
        "wiv_start_execution",
        workflow_id=workflow_id,
        trigger_event={"account_id": "123456789012"},
    )
    execution_id = started["data"]["execution_id"]
    checks.that(execution_id, "the started execution has no id")
    ended = await follow(demo, succeed, workflow_id, execution_id)
    checks.that(ended["status"] == "SUCCEEDED", f"the execution ended as {ended['status']}")

    for arguments in ({"limit": "five"}, {"no_such_argument": 1}):
        refused = await call("wiv_search_cases", **arguments)
        kind = ((refused.structuredContent or {}).get("error") or {}).get("kind")
        checks.that(
            refused.isError and kind == "invalid_arguments",
            f"{arguments}: isError {refused.isError}, kind {kind}",
        )

    code = None
    try:
        await call("wiv_no_such_tool")
    except McpError as error:
        code = error.error.code
    checks.that(code == -32602, f"an unknown tool is answered with {code}")


async def follow(demo, succeed, workflow_id, execution_id):
    """Asks for the execution until it ended, turning the stand-in's clock instead of sleeping."""
    for _ in range(CLOCK_STEPS):
        execution = (
            await succeed(
                "wiv_get_execution_status", workflow_id=workflow_id, execution_id=execution_id
            )
        )["data"]
        if execution.get("ended_at"):
            return execution
        await asyncio.to_thread(advance_clock, demo["wiv_api_url"])
    raise AssertionError(f"still {execution['status']} after {CLOCK_STEPS * CLOCK_STEP_S} s")


def advance_clock(wiv_api_url):
    request = urllib.request.Request(
        f"{wiv_api_url.rstrip('/')}/_control/clock",
        data=json.dumps({"advance_s": CLOCK_STEP_S}).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()


def causes(error):
    """The leaves of an exception group: task groups wrap what really went wrong."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in causes(inner)]
    return [error]


async def run(transport, url, key, demo):
    checks = Checks()
    async with asyncio.timeout(SCENARIO_WITHIN_S):
        async with transport(url, {"X-API-Key": key}) as (read, write):
            async with ClientSession(read, write) as session:
                await scenario(session, demo, checks)
    return checks.count


def main():
    demo = json.loads(os.environ["WIV_DEMO"])
    failed = 0
    for name, address, transport in TRANSPORTS:
        line = f"interop python-sdk {version('mcp')} · {name} · key"
        try:
            count = asyncio.run(run(transport, demo[address], demo["api_keys"]["acme"], demo))
            print(f"ok   {line} · {count} checks", flush=True)
        except Exception as error:
            failed += 1
            reason = "; ".join(f"{type(leaf).__name__}: {leaf}" for leaf in causes(error))
            print(f"FAIL {line} · {' '.join(reason.split())}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
