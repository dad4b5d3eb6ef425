"""Tries the settings that people are told to paste, as they stand in README.md and in the demo's text.

Takes each fenced block of the README and each line of the demo that is a client's settings, reads
address and headers from it, and connects the Python SDK with them. In the README the public address and the placeholder key stand for the
demo's; the demo prints real ones.

Usage: tests/.venv/bin/python tests/interop/snippets.py BINARY
"""

import asyncio
import json
import pathlib
import re
import shlex
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mcp import ClientSession

import demo
from python_sdk import causes, over_http, over_sse

ROOT = pathlib.Path(__file__).resolve().parents[2]
PUBLIC_URL = "https://mcp.wiv.ai"
PLACEHOLDER_KEY = "YOUR_WIV_API_KEY"
CONNECT_WITHIN_S = 20


@dataclass
class Settings:
    """What a client makes of one snippet."""

    url: str
    headers: dict
    transports: list = field(default_factory=list)


def cursor(block, key):
    (entry,) = json.loads(without_comments(block))["mcpServers"].values()
    headers = {name: filled(value, r"\$\{env:\w+\}", key) for name, value in entry["headers"].items()}
    # Cursor posts first and falls back to a stream, so both must work where both are served.
    streams = [over_sse] if urlsplit(entry["url"]).path.startswith("/sse") else []
    return Settings(entry["url"], headers, [over_http, *streams])


def vs_code(block, key):
    settings = json.loads(without_comments(block))
    (entry,) = settings["servers"].values()
    headers = dict(entry["headers"])
    for asked in settings.get("inputs", []):
        wanted = re.escape(f"${{input:{asked['id']}}}")
        headers = {name: filled(value, wanted, key) for name, value in headers.items()}
    transport = {"http": over_http, "sse": over_sse}[entry["type"]]
    return Settings(entry["url"], headers, [transport])


def claude_desktop(block, key):
    (entry,) = json.loads(without_comments(block))["mcpServers"].values()
    arguments = entry["args"]
    expect(entry["command"] == "npx", "Claude Desktop starts mcp-remote by npx")
    expect(any(a.split("@")[0] == "mcp-remote" for a in arguments), "mcp-remote is not named")
    # On Windows the client does not quote spaces inside one argument.
    expect(not any(" " in a for a in arguments), "an argument holds a space")
    headers = {}
    for flag, value in zip(arguments, arguments[1:]):
        if flag == "--header":
            name, _, header = value.partition(":")
            for variable, content in entry.get("env", {}).items():
                header = header.replace(f"${{{variable}}}", content)
            headers[name] = header
    url = next(a for a in arguments if a.startswith(("http://", "https://")))
    return Settings(url, headers, [over_sse if "sse-only" in arguments else over_http])


def claude_code(block, key):
    line = block.replace("\\\n", " ").strip()
    words = shlex.split(line)
    expect(words[:3] == ["claude", "mcp", "add"], "the block is more than one `claude mcp add`")
    values = {"--header": [], "--transport": ["stdio"]}
    plain = []
    rest = iter(words[3:])
    for word in rest:
        if word.startswith("-"):
            flag = {"-H": "--header", "-t": "--transport", "-s": "--scope"}.get(word, word)
            values.setdefault(flag, []).append(next(rest))
        else:
            plain.append(word)
    _, url = plain
    headers = {name: value.strip() for name, _, value in (h.partition(":") for h in values["--header"])}
    return Settings(url, headers, [{"http": over_http, "sse": over_sse}[values["--transport"][-1]]])


CLIENTS = {
    "Cursor": cursor,
    "VS Code": vs_code,
    "Claude Desktop": claude_desktop,
    "Claude Code": claude_code,
}
# Those that the demo has room for.
DEMO_CLIENTS = {"Claude Code", "Cursor"}


def expect(holds, otherwise):
    if not holds:
        raise AssertionError(otherwise)


def filled(text, pattern, key):
    """The header as the client sends it once the user has given the key."""
    return re.sub(pattern, lambda _: key, text)


def without_comments(text):
    """JSON with comments and trailing commas, as VS Code's settings allow, made plain JSON."""
    string = r'"(?:\\.|[^"\\])*"'
    text = re.sub(rf"({string})|//[^\n]*|/\*.*?\*/", lambda m: m[1] or "", text, flags=re.DOTALL)
    return re.sub(rf"({string})|,(?=\s*[}}\]])", lambda m: m[1] or "", text)


def snippets(text):
    """The settings blocks of a text, each with the client that the nearest heading above names.

    A heading begins with the client's name, after any marks of Markdown.
    """
    client, block, indent = None, None, 0
    for line in text.splitlines():
        mark = line.strip()
        if block is not None:
            if mark != "```":
                block.append(line[indent:])
            else:
                content = "\n".join(block)
                if re.search(r'"(mcpServers|servers)"\s*:|\bclaude mcp add\b', content):
                    yield client, content
                block = None
        elif mark.startswith("```"):
            block, indent = [], len(line) - len(line.lstrip())
        else:
            words = mark.lstrip("#*-0123456789. ")
            named = [name for name in CLIENTS if words.startswith(name)]
            if named:
                client = named[0]
            elif mark.startswith("#"):
                client = None


async def connect(settings, transport):
    async with asyncio.timeout(CONNECT_WITHIN_S):
        async with transport(settings.url, settings.headers) as (read, write):
            async with ClientSession(read, write) as session:
                await session.initialize()
                tools = (await session.list_tools()).tools
                # Listing needs no upstream call; this shows that the key is the right one.
                result = await session.call_tool("wiv_search_cases", {"limit": 1})
                expect(not result.isError, f"the key is refused: {result.content[0].text}")
                return len(tools)


def lines_to_paste(text):
    """The settings that the demo prints on a line each: its text fits one screen."""
    beginnings = {"claude mcp add ": "Claude Code", '{"mcpServers":': "Cursor"}
    for line in text.splitlines():
        for beginning, client in beginnings.items():
            if line.startswith(beginning):
                yield client, line


def try_snippets(source, found, url, key, clients):
    """Prints one line per snippet and one per client without any; counts the failures."""
    failed, seen = 0, set()
    for client, block in found:
        line = f"snippet {source} · {client or 'under no heading that names a client'}"
        seen.add(client)
        try:
            expect(client, block.split("\n")[0])
            settings = CLIENTS[client](
                block.replace(PUBLIC_URL, url).replace(PLACEHOLDER_KEY, key), key
            )
            expect(settings.url.startswith(f"{url}/"), f"{settings.url} is not below {url}")
            counts = [asyncio.run(connect(settings, way)) for way in settings.transports]
            ways = " and ".join(way.__name__.removeprefix("over_") for way in settings.transports)
            print(f"ok   {line} · {ways} · {counts[0]} tools", flush=True)
        except Exception as error:
            failed += 1
            reason = "; ".join(f"{type(leaf).__name__}: {leaf}" for leaf in causes(error))
            print(f"FAIL {line} · {' '.join(reason.split())}", flush=True)
    for client in sorted(clients - seen):
        failed += 1
        print(f"FAIL snippet {source} · {client} · no settings found", flush=True)
    return failed


def printed_by_demo(next_line):
    """What the demo says before it falls silent, a second after the last client's settings."""
    until = time.monotonic() + demo.READY_WITHIN_S
    text = ""
    while (line := next_line(until)) is not None:
        text += line
        if DEMO_CLIENTS <= {client for client, _ in lines_to_paste(text)}:
            until = min(until, time.monotonic() + 1)
    return text


def main(arguments):
    (binary,) = arguments
    failed = 0
    try:
        with demo.running_json(binary) as ready:
            url, key = ready["url"].rstrip("/"), ready["api_keys"]["acme"]
            readme = ROOT / "README.md"
            text = readme.read_text(encoding="utf-8") if readme.exists() else ""
            failed += try_snippets("README.md", snippets(text), url, key, CLIENTS.keys())
        with demo.running(binary) as next_line:
            text = printed_by_demo(next_line)
            urls = re.findall(r"https?://[\w.:\[\]-]+?(?=/(?:mcp|sse)\b)", text)
            url = urls[0] if urls else "http://no-address-printed"
            failed += try_snippets("demo", lines_to_paste(text), url, key, DEMO_CLIENTS)
    except (demo.DemoFailed, OSError) as error:
        print(f"FAIL snippets · {' '.join(str(error).split())}")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
