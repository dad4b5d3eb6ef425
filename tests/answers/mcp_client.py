"""Three clients of an MCP server, one a revision: 2024-11-05, 2025-11-25, 2026-07-28. Knows no tool.

Each has `call(tool, arguments)`, which returns an Answer. Only sockets and JSON, so that what is read
is what the server sent.
"""

import http.client
import io
import json
import urllib.parse
from dataclasses import dataclass
from decimal import Decimal

ANSWER_WITHIN_S = 60
CLIENT = {"name": "answers", "version": "1"}
META = "io.modelcontextprotocol/"


class ClientFailed(Exception):
    """The server said something that is no answer; the message says what."""


@dataclass
class Answer:
    """What a model is given: a text, and where the revision has it, a structure."""

    text: str
    # None where the revision has none.
    structure: dict | None
    # The structure as JSON text: what it costs.
    structure_text: str
    is_error: bool


def read_answer(message: dict) -> Answer:
    if "error" in message:
        raise ClientFailed(f"JSON-RPC error {message['error'].get('code')}: {message['error'].get('message')}")
    result = message["result"]
    text = "\n".join(part["text"] for part in result["content"] if part.get("type") == "text")
    structure = result.get("structuredContent")
    # Decimal has no JSON form; `float` gives the digits back that were sent.
    compact = {"ensure_ascii": False, "default": float, "separators": (",", ":")}
    written = "" if structure is None else json.dumps(structure, **compact)
    return Answer(text, structure, written, bool(result.get("isError")))


def loads(text: str | bytes) -> dict:
    return json.loads(text, parse_float=Decimal)


def events(stream):
    """The events of a stream as (name, data)."""
    name, data = "message", []
    while line := stream.readline():
        line = line.decode().rstrip("\r\n")
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
        elif line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))


class Http:
    """Streamable HTTP with an `initialize`."""

    revision = "2025-11-25"

    def __init__(self, demo: dict, key: str):
        address = urllib.parse.urlsplit(demo["mcp_url"])
        self.path, self.key, self.number = address.path, key, 0
        self.connection = http.client.HTTPConnection(address.netloc, timeout=ANSWER_WITHIN_S)
        self.session = None
        self.begin()

    def begin(self) -> None:
        opened = self.ask("initialize", {"protocolVersion": self.revision, "capabilities": {}, "clientInfo": CLIENT})
        if opened["result"]["protocolVersion"] != self.revision:
            raise ClientFailed(f"the server speaks {opened['result']['protocolVersion']}")
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"}, {})

    def headers(self, method: str, params: dict) -> dict:
        return {} if method == "initialize" else {"MCP-Protocol-Version": self.revision}

    def send(self, message: dict, headers: dict):
        accepted = "application/json, text/event-stream"
        sent = {"X-API-Key": self.key, "Content-Type": "application/json", "Accept": accepted}
        if self.session:
            sent["Mcp-Session-Id"] = self.session
        self.connection.request("POST", self.path, json.dumps(message), sent | headers)
        response = self.connection.getresponse()
        self.session = response.getheader("Mcp-Session-Id") or self.session
        body = response.read()
        if response.status >= 400:
            raise ClientFailed(f"HTTP {response.status}: {body[:300]!r}")
        if (response.getheader("Content-Type") or "").startswith("text/event-stream"):
            told = [loads(data) for _, data in events(io.BytesIO(body))]
            return next(message for message in told if "id" in message)
        return loads(body) if body else None

    def ask(self, method: str, params: dict) -> dict:
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        return self.send(message, self.headers(method, params))

    def call(self, tool: str, arguments: dict) -> Answer:
        return read_answer(self.ask("tools/call", {"name": tool, "arguments": arguments}))

    def close(self) -> None:
        self.connection.close()


class Stateless(Http):
    """The revision without a beginning: each request says all of it."""

    revision = "2026-07-28"

    def begin(self) -> None:
        pass

    def headers(self, method: str, params: dict) -> dict:
        return {"MCP-Protocol-Version": self.revision, "Mcp-Method": method, "Mcp-Name": params.get("name", "")}

    def call(self, tool: str, arguments: dict) -> Answer:
        meta = {META + "protocolVersion": self.revision, META + "clientCapabilities": {}}
        return read_answer(self.ask("tools/call", {"name": tool, "arguments": arguments, "_meta": meta}))


class Sse:
    """The first revision: a stream that answers come on, and an address to post to. Text only."""

    revision = "2024-11-05"

    def __init__(self, demo: dict, key: str):
        address = urllib.parse.urlsplit(demo["sse_url"])
        self.netloc, self.key, self.number = address.netloc, key, 0
        self.connection = http.client.HTTPConnection(address.netloc, timeout=ANSWER_WITHIN_S)
        self.connection.request("GET", address.path, headers={"X-API-Key": key, "Accept": "text/event-stream"})
        stream = self.connection.getresponse()
        if stream.status != 200:
            raise ClientFailed(f"GET {address.path}: HTTP {stream.status}")
        self.stream = stream
        self.events = events(stream)
        name, self.path = next(self.events)
        if name != "endpoint":
            raise ClientFailed(f"the first event is {name}")
        self.path = urllib.parse.urlsplit(urllib.parse.urljoin(demo["sse_url"], self.path))
        self.path = self.path.path + "?" + self.path.query
        self.posts = http.client.HTTPConnection(self.netloc, timeout=ANSWER_WITHIN_S)
        opened = self.ask("initialize", {"protocolVersion": self.revision, "capabilities": {}, "clientInfo": CLIENT})
        if opened["result"]["protocolVersion"] != self.revision:
            raise ClientFailed(f"the server speaks {opened['result']['protocolVersion']}")
        self.post({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def post(self, message: dict) -> None:
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        self.posts.request("POST", self.path, json.dumps(message), headers)
        response = self.posts.getresponse()
        body = response.read()
        if response.status >= 300:
            raise ClientFailed(f"HTTP {response.status}: {body[:300]!r}")

    def ask(self, method: str, params: dict) -> dict:
        self.number += 1
        self.post({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        for _, data in self.events:
            message = loads(data)
            if message.get("id") == self.number:
                return message
        raise ClientFailed("the stream ended")

    def call(self, tool: str, arguments: dict) -> Answer:
        answer = read_answer(self.ask("tools/call", {"name": tool, "arguments": arguments}))
        if answer.structure is not None:
            raise ClientFailed("a structure, where the revision has none")
        return answer

    def close(self) -> None:
        self.posts.close()
        self.stream.close()
        self.connection.close()


CLIENTS = [Sse, Http, Stateless]
