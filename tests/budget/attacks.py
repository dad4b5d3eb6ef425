"""Attacks on a server, each for some seconds. Usage: attacks.py NAME PORT SECONDS."""

import asyncio
import contextlib
import itertools
import json
import os
import sys
import time

import http_client as http

NOTHING = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, TimeoutError)

# Four megabytes whose values cost far more memory than their text.
HEAVY = ",".join(['{"":0}'] * 580_000)
HEAVY_CALL = (
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wiv_cases_query",'
    '"arguments":{"query":{"a":[' + HEAVY + "]}}}}"
).encode()
HEAVY_NOTIFICATION = ('{"jsonrpc":"2.0","method":"x","params":{"a":[' + HEAVY + "]}}").encode()
LARGE_CALL = http.call("wiv_cases_query", {"query": {"a": "x" * 3_900_000}})
LIST_SPACES = http.call("wiv_list_spaces", {})

numbers = itertools.count()


async def again_and_again(end: float, once) -> None:
    while time.monotonic() < end:
        with contextlib.suppress(*NOTHING):
            await asyncio.wait_for(once(), max(0.1, end - time.monotonic()))
        await asyncio.sleep(0.005)


def posts(port: int, key, body: bytes):
    """A client that posts one body after the other."""

    async def once() -> None:
        client = http.Client(port)
        try:
            await client.ask("POST", "/mcp", key(), body)
        finally:
            client.close()

    return once


def same(key: str):
    return lambda: key


def wrong() -> str:
    return f"wrong-key-{next(numbers):06}"


async def many(end: float, count: int, once) -> None:
    await asyncio.gather(*(again_and_again(end, once) for _ in range(count)))


async def heavy_messages_of_strangers(port: int, end: float) -> None:
    await asyncio.gather(
        many(end, 12, posts(port, wrong, HEAVY_CALL)),
        many(end, 12, posts(port, wrong, HEAVY_NOTIFICATION)),
    )


async def bodies_that_stop_before_their_end(port: int, end: float) -> None:
    async def once() -> None:
        client = http.Client(port)
        await client.open()
        client.writer.write(http.head(port, "POST", "/mcp", wrong(), 4 << 20) + HEAVY_CALL[: 4_000_000])
        await client.writer.drain()
        await asyncio.sleep(60)

    await many(end, 100, once)


async def large_messages_of_one_customer(port: int, end: float) -> None:
    await many(end, 60, posts(port, same("large-customer"), LARGE_CALL))


async def wide_answers(port: int, end: float) -> None:
    await many(end, 4, posts(port, same("wide-customer"), LIST_SPACES))


async def answers_of_many_rows(port: int, end: float) -> None:
    await many(end, 4, posts(port, same("deep-customer"), LIST_SPACES))


async def huge_answers(port: int, end: float) -> None:
    await asyncio.gather(
        *(many(end, 1, posts(port, same(f"huge-customer-{n}"), LIST_SPACES)) for n in range(6))
    )


async def silent_connections(port: int, end: float) -> None:
    starts = [b"", b"GET /healthz HT", http.head(port, "POST", "/oauth/register", "x", 500) + b"{"]

    async def once() -> None:
        client = http.Client(port)
        await client.open()
        client.writer.write(starts[next(numbers) % len(starts)])
        # Until the server closes it.
        await client.reader.read()

    await many(end, 260, once)


async def guesses_by_connecting(port: int, end: float) -> None:
    await many(end, 250, posts(port, wrong, http.INITIALIZE))


async def guesses_by_calling(port: int, end: float) -> None:
    await many(end, 250, posts(port, wrong, LIST_SPACES))


async def streams_with_wrong_keys(port: int, end: float) -> None:
    async def once() -> None:
        client = http.Client(port)
        try:
            await client.stream(wrong(), "MCP-Protocol-Version: 2025-11-25")
        finally:
            client.close()

    await many(end, 100, once)


async def deaf_readers(port: int, end: float) -> None:
    async def once() -> None:
        stream, client = http.Client(port), http.Client(port)
        key = f"good-deaf-{next(numbers) % 3}"
        try:
            path = await stream.stream(key)
            for number in range(200):
                if path is None:
                    break
                body = http.message("tools/list", {}, number)
                status, _ = await client.ask("POST", path, key, body)
                if status == 404:
                    break
            client.close()
            await asyncio.sleep(60)
        finally:
            client.close()
            stream.close()

    await many(end, 40, once)


async def stuck_calls(port: int, end: float) -> None:
    await asyncio.gather(
        *(many(end, 3, posts(port, same(f"stuck-customer-{n}"), LIST_SPACES)) for n in range(24))
    )


async def main() -> None:
    name, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    # Attackers have machines of their own; here they must not take the server's time.
    os.nice(19)
    attack = globals()[name]
    with contextlib.suppress(TimeoutError):
        end = time.monotonic() + seconds
        await asyncio.wait_for(attack(port, end), seconds + 1)
    print(json.dumps({"attempts": next(numbers)}))


asyncio.run(main())
