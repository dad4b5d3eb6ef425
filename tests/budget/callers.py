"""Customers at work: how long their calls take, in a process of their own.

Usage: callers.py PORT SECONDS. Prints {"calls": [ms, ...], "connects": [ms, ...], "failed": [...]}.
"""

import asyncio
import json
import sys
import time

import http_client as http

CUSTOMERS = 4
PAUSE_S = 0.02


async def customer(port: int, number: int, end: float, told: dict) -> None:
    """Calls over a connection that is kept, and now and then a new client's first connect."""
    client, key = http.Client(port), f"good-customer-{number}"
    turn = 0
    # A customer at work has its connection already; opening one is measured by itself.
    await asyncio.wait_for(client.ask("POST", "/mcp", key, http.INITIALIZE), 15)
    while time.monotonic() < end:
        turn += 1
        is_connect = turn % 10 == 0
        asked = http.Client(port) if is_connect else client
        body = http.INITIALIZE if is_connect else http.call("wiv_list_spaces", {})
        begun = time.monotonic()
        try:
            status, answer = await asyncio.wait_for(asked.ask("POST", "/mcp", key, body), 15)
            failed = status != 200 or b'"isError":true' in answer
            if failed:
                told["failed"].append(f"{status} {answer[:200]!r}")
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            told["failed"].append(repr(error))
            asked.close()
        else:
            told["connects" if is_connect else "calls"].append(1000 * (time.monotonic() - begun))
        if is_connect:
            asked.close()
        await asyncio.sleep(PAUSE_S)


async def main() -> None:
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    told = {"calls": [], "connects": [], "failed": []}
    end = time.monotonic() + seconds
    await asyncio.gather(*(customer(port, number, end, told) for number in range(CUSTOMERS)))
    print(json.dumps(told))


asyncio.run(main())
