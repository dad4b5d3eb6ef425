"""Just enough HTTP/1.1 to be a client that keeps rules, or breaks them."""

import asyncio
import json


def message(method: str, params: dict, number: int = 1) -> bytes:
    body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    return json.dumps(body).encode()


def call(tool: str, arguments: dict) -> bytes:
    return message("tools/call", {"name": tool, "arguments": arguments})


INITIALIZE = message(
    "initialize",
    {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "budget", "version": "1"},
    },
)


def head(port: int, method: str, path: str, key: str, length: int | None, *more: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"X-API-Key: {key}", *more]
    if length is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Client:
    """One connection, opened again when it was closed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", self.port, limit=1 << 22
        )

    def close(self) -> None:
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None

    async def ask(self, method: str, path: str, key: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Status and body of an answer of known length."""
        if self.writer is None:
            await self.open()
        length = None if body is None else len(body)
        self.writer.write(head(self.port, method, path, key, length) + (body or b""))
        await self.writer.drain()
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        data = await self.reader.readexactly(int(fields.get("content-length", 0)))
        if fields.get("connection") == "close":
            self.close()
        return int(lines[0].split(" ")[1]), data

    async def stream(self, key: str, *more: str) -> str | None:
        """Opens an event stream; where to post to, or None when it was refused."""
        await self.open()
        self.writer.write(head(self.port, "GET", "/sse", key, None, *more))
        read = b""
        while b"session_id=" not in read or not read.endswith(b"\n\n\r\n"):
            piece = await self.reader.read(4096)
            if not piece or b" 200 " not in (read + piece)[:16]:
                return None
            read += piece
        line = next(line for line in read.decode().split("\n") if line.startswith("data: "))
        return line.removeprefix("data: ").strip()
