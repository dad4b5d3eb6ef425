"""Runs `wiv-mcp serve` over stand-ins of its own, and restarts it when a client under test asks.

The demo makes its sealing keys at start; here they outlive the server. Knows nothing about MCP.
"""

import contextlib
import http.server
import os
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import demo


@contextlib.contextmanager
def running(binary):
    """Yields where the server and its stand-ins are, and `restart_url`, which restarts it."""
    with demo.running_json(binary, command="sandbox") as stand_ins:
        server = Server(binary, stand_ins["env"])
        server.start()
        try:
            with restarting(server) as restart_url:
                yield {
                    "url": server.url,
                    "mcp_url": f"{server.url}/mcp",
                    "sse_url": f"{server.url}/sse",
                    "identity_url": stand_ins["identity_url"],
                    "integration_key": stand_ins["env"]["PROPELAUTH_API_KEY"],
                    "users": stand_ins["users"],
                    "restart_url": restart_url,
                }
        finally:
            server.stop()


class Server:
    """One address, at which one process after the other listens."""

    def __init__(self, binary, environment):
        self.command = [str(binary), "serve"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{address}"
        self.environment = {
            **os.environ,
            **environment,
            "WIV_MCP_LISTEN": address,
            "WIV_MCP_DRAIN": "1s",
            "WIV_MCP_LOG": "error",
        }
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, env=self.environment)
        until = time.monotonic() + demo.READY_WITHIN_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise demo.DemoFailed(f"`wiv-mcp serve` ended with {self.process.returncode}")
            with contextlib.suppress(urllib.error.URLError):
                urllib.request.urlopen(f"{self.url}/readyz", timeout=2).close()
                return
            time.sleep(0.05)
        raise demo.DemoFailed(f"`wiv-mcp serve` is not ready after {demo.READY_WITHIN_S} s")

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(demo.STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise demo.DemoFailed("`wiv-mcp serve` still runs after SIGTERM") from None


@contextlib.contextmanager
def restarting(server):
    """Listens for a POST, restarts the server, and answers when it is ready again."""

    class Restart(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            server.stop()
            server.start()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            """Says nothing: only results belong on the output."""

    listener = http.server.HTTPServer(("127.0.0.1", 0), Restart)
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.server_port}/"
    finally:
        listener.shutdown()
        listener.server_close()
