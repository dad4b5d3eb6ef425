"""A far end for the budget test: a WIV API whose keys say by their names how they behave."""

import asyncio
import json
import os
import socket
import sys

DELAY_S = 0.05
STUCK_S = 30
PROCESSES = 4
ROWS = json.dumps({"data": [{"space_id": f"space-{n}", "name": f"Space {n}"} for n in range(5)]})
# One row whose eighty thousand members have a name each: less than a megabyte.
WIDE = json.dumps({"data": [{f"n{n}": 0 for n in range(80_000)}]})
HUGE = json.dumps({"data": [{"space_id": n, "text": "x" * 1000} for n in range(7_600)]})
DEEP = json.dumps({"data": [{"": 0} for _ in range(900_000)]}, separators=(",", ":"))


# Made once: what this end spends is missing on the machine that is measured.
ROWS, WIDE, HUGE, DEEP = (text.encode() for text in (ROWS, WIDE, HUGE, DEEP))


def answer(key: str, path: str) -> tuple[int, bytes, float]:
    """Status, body and delay."""
    kind = key.split("-")[0]
    if kind not in ("good", "stuck", "wide", "huge", "deep", "large"):
        return 401, b'{"error": "unknown key"}', DELAY_S
    if path.startswith("/v2/cases/search"):
        return 200, b'{"data": []}', DELAY_S
    bodies = {"wide": WIDE, "huge": HUGE, "deep": DEEP}
    delay = {"stuck": STUCK_S, "large": 0.5}.get(kind, DELAY_S)
    return 200, bodies.get(kind, ROWS), delay


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        # Else the body waits for the head's acknowledgement: asyncio sets this on its own sockets.
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *headers = head.split("\r\n")
            fields = {}
            for header in headers:
                name, _, value = header.partition(":")
                fields[name.lower()] = value.strip()
            left = int(fields.get("content-length", 0))
            while left:
                left -= len(await reader.read(min(left, 1 << 16)))
            status, body, delay = answer(fields.get("x-api-key", ""), line.split(" ")[1])
            await asyncio.sleep(delay)
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
            )
            writer.write(body)
            await writer.drain()
    except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(listener: socket.socket) -> None:
    await asyncio.start_server(serve, sock=listener, limit=1 << 20)
    # Ends with who started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def share() -> None:
    """Several processes on one socket: who waits for large answers keeps nobody else waiting."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    for _ in range(PROCESSES - 1):
        if os.fork() == 0:
            break
    asyncio.run(main(listener))


share()
