"""What an assistant does on its first day, told once for every Python client.

Knows no client: each brings its own `Client`, and shows models as they travel, as plain JSON.
`scenario.mjs` and `rmcp/src/scenario.rs` tell the same story.
"""

import asyncio
import json
import os
import urllib.request

# One transport's whole scenario takes about a second; a server that never answers must not hang it.
SCENARIO_WITHIN_S = 60
# The stand-in's executions end within minutes of its own clock, which the scenario turns.
CLOCK_STEP_S = 30
CLOCK_STEPS = 40

HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")


class Checks:
    """Counts what held; the first that does not hold ends the scenario."""

    def __init__(self):
        self.count = 0

    def that(self, holds, otherwise):
        if not holds:
            raise AssertionError(otherwise)
        self.count += 1


def wire(model):
    """A model of whichever SDK as it travels: plain JSON with the protocol's own names."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def the_server(client, checks):
    """That it said who it is. `client` has what was agreed when it connected."""
    checks.that(client.server.get("name"), "the server names itself nowhere")
    checks.that("tools" in client.capabilities, "the server declares no tools")


def the_tools(tools, checks):
    """That every tool says what an assistant needs to know of it."""
    names = [tool["name"] for tool in tools]
    checks.that(str(len(tools)) == os.environ["WIV_TOOLS"], f"{len(tools)} tools")
    checks.that(len(set(names)) == len(names), "a tool name is listed twice")
    checks.that(all(tool.get("title") for tool in tools), "a tool has no title")
    checks.that(all(tool.get("description") for tool in tools), "a tool has no description")
    checks.that(
        all(tool["inputSchema"].get("type") == "object" for tool in tools),
        "an inputSchema is no object",
    )
    for hint in HINTS:
        missing = [
            tool["name"]
            for tool in tools
            if not isinstance((tool.get("annotations") or {}).get(hint), bool)
        ]
        checks.that(not missing, f"{hint} is missing on {missing}")


async def succeed(client, checks, name, **arguments):
    """Calls a tool that must succeed; returns what it answers for programs."""
    result = await client.call_tool(name, arguments)
    text = " ".join(block["text"] for block in result["content"] if block["type"] == "text")
    checks.that(not result.get("isError"), f"{name} failed: {text}")
    structured = result.get("structuredContent")
    checks.that(text and structured, f"{name} lacks text or structuredContent")
    return structured


async def scenario(client, demo, checks):
    the_server(client, checks)
    the_tools(await client.list_tools(), checks)

    first = await succeed(client, checks, "wiv_search_cases", limit=5)
    checks.that(len(first["data"]) == 5, f"{len(first['data'])} cases instead of 5")
    cursor = first["page"]["next_cursor"]
    checks.that(cursor, "the first page has no next_cursor")
    second = await succeed(client, checks, "wiv_search_cases", limit=5, cursor=cursor)
    ids = {case["case_id"] for page in (first, second) for case in page["data"]}
    checks.that(len(ids) == 10, f"two pages of 5 hold {len(ids)} different cases")

    workflows = (await succeed(client, checks, "wiv_list_workflows", limit=100))["data"]
    found = [row for row in workflows if row["name"] == "Tag untagged volumes"]
    checks.that(len(found) == 1, f"{len(found)} workflows are called 'Tag untagged volumes'")
    workflow_id = found[0]["workflow_id"]

    started = await succeed(
        client,
        checks,
        "wiv_start_execution",
        workflow_id=workflow_id,
        trigger_event={"account_id": "123456789012"},
    )
    execution_id = started["data"]["execution_id"]
    checks.that(execution_id, "the started execution has no id")
    ended = await follow(client, demo, checks, workflow_id, execution_id)
    checks.that(ended["status"] == "SUCCEEDED", f"the execution ended as {ended['status']}")

    await odd_answer(client, demo, checks)

    for arguments in ({"limit": "five"}, {"no_such_argument": 1}):
        refused = await client.call_tool("wiv_search_cases", arguments)
        kind = ((refused.get("structuredContent") or {}).get("error") or {}).get("kind")
        checks.that(
            refused.get("isError") and kind == "invalid_arguments",
            f"{arguments}: isError {refused.get('isError')}, kind {kind}",
        )

    # The answer repeats the name: its line breaks must not end a line of the event.
    code = None
    try:
        await client.call_tool("wiv_no\u2028such\x85tool", {})
    except client.error as error:
        code = error.error.code
    checks.that(code == -32602, f"an unknown tool is answered with {code}")


# A text that was cut inside an emoji, a number beyond a float, and digits beyond 64 bits.
ODD = r'{"data":[{"a":"x\ud800y","\udfff":1e400,"n":18446744073709551617}]}'


async def odd_answer(client, demo, checks):
    """That an answer which no strict reader takes reaches this client readable."""
    fault = {"match": {"path": "/v2/cases/search"}, "fault": "answer", "answer": {"body": ODD}}
    await asyncio.to_thread(order_fault, demo["wiv_api_url"], fault)
    row = (await succeed(client, checks, "wiv_search_cases"))["data"][0]
    checks.that(row["a"] == "x\ufffdy", f"half of a character became {row['a']!a}")
    checks.that(row["\ufffd"] == "1e400", f"1e400 became {row}")


def order_fault(wiv_api_url, fault):
    request = urllib.request.Request(
        f"{wiv_api_url.rstrip('/')}/_control/faults",
        data=json.dumps(fault).encode(),
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=10).close()


async def follow(client, demo, checks, workflow_id, execution_id):
    """Asks for the execution until it ended, turning the stand-in's clock instead of sleeping."""
    for _ in range(CLOCK_STEPS):
        execution = (
            await succeed(
                client,
                checks,
                "wiv_get_execution_status",
                workflow_id=workflow_id,
                execution_id=execution_id,
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


def stdio_command(wiv_api_url, headers):
    """How the server is started for one client: in the form that the SDKs share."""
    return {
        "command": os.environ["WIV_BINARY"],
        "args": ["stdio"],
        "env": {
            "WIV_API_URL": wiv_api_url,
            "WIV_API_KEY": headers["X-API-Key"],
            "WIV_MCP_LOG": "error",
        },
    }


def causes(error):
    """The leaves of an exception group: task groups wrap what really went wrong."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in causes(inner)]
    return [error]


def told(line, story):
    """Runs one row and prints its line; returns whether it held.

    `story` takes the checks and returns the revision that client and server agreed on.
    """
    checks = Checks()

    async def within_time():
        async with asyncio.timeout(SCENARIO_WITHIN_S):
            return await story(checks)

    try:
        revision = asyncio.run(within_time())
        print(f"ok   interop {line} · {revision} · {checks.count} checks", flush=True)
        return True
    except Exception as error:
        reason = "; ".join(f"{type(leaf).__name__}: {leaf}" for leaf in causes(error))
        print(f"FAIL interop {line} · {' '.join(reason.split())}", flush=True)
        return False
