"""Starts the demo server, or the stand-ins alone, and stops them again. Knows nothing about MCP."""

import contextlib
import json
import queue
import subprocess
import threading
import time

# A debug build on two busy cores; a release build is ready within 250 ms.
READY_WITHIN_S = 20
STOP_WITHIN_S = 15


class DemoFailed(Exception):
    """The demo did not start; the message says what it printed instead."""


@contextlib.contextmanager
def running(binary, *flags, command="demo"):
    """Runs `wiv-mcp demo --port 0` and yields a function that returns its next line of stdout.

    The function returns None when no line comes before the given moment of `time.monotonic()`.
    """
    words = [str(binary), command, "--port", "0", *flags]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    lines = queue.Queue()
    complaints = []
    threads = [
        threading.Thread(target=lambda: [lines.put(line) for line in process.stdout], daemon=True),
        # Read as well: a full pipe would stop the server.
        threading.Thread(target=lambda: complaints.extend(process.stderr), daemon=True),
    ]
    for thread in threads:
        thread.start()

    def next_line(until):
        while (left_s := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                return lines.get(timeout=min(left_s, 0.2))
            if process.poll() is not None and lines.empty():
                said = "".join(complaints[-20:]).strip()
                raise DemoFailed(f"`{' '.join(words)}` ended with {process.returncode}: {said}")
        return None

    try:
        yield next_line
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise DemoFailed(f"still running {STOP_WITHIN_S} s after SIGTERM") from None
            if process.returncode:
                raise DemoFailed(f"ended with {process.returncode} after SIGTERM")


@contextlib.contextmanager
def running_json(binary, command="demo"):
    """Runs the demo and yields the object that `--json` prints when it is ready."""
    with running(binary, "--json", command=command) as next_line:
        line = next_line(time.monotonic() + READY_WITHIN_S)
        if line is None:
            raise DemoFailed(f"printed nothing within {READY_WITHIN_S} s")
        try:
            ready = json.loads(line)
        except ValueError:
            raise DemoFailed(f"the first line is no JSON: {line.strip()[:200]}") from None
        yield ready
