// The TypeScript SDK 1.x, and mcp-remote behind it, sign in: a connection's whole life.
// Reads from the variable WIV_SIGN_IN where. Prints one line per row; exits 1 when one failed.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { installedVersion, told } from "./scenario.mjs";
import { browse, CLIENT_DOCUMENT, DEAD_TOKEN, places, SdkSeat, story } from "./sign_in.mjs";

const PACKAGES = fileURLToPath(new URL("./node_modules/", import.meta.url));
const SDK = `typescript-sdk ${installedVersion(PACKAGES, "@modelcontextprotocol/sdk")}`;
const MCP_REMOTE = `mcp-remote ${installedVersion(PACKAGES, "mcp-remote")}`;

/** Where a person sits before mcp-remote: it prints the page to open, and keeps tokens in files. */
class McpRemoteSeat {
  opened = [];

  constructor({ url, registration, person, said }) {
    Object.assign(this, { url, person, said });
    this.configDir = mkdtempSync(join(tmpdir(), "wiv-mcp-interop-"));
    // Its own callback is at another path than the document allows, unless told.
    const byDocument = ["--client-metadata-url", CLIENT_DOCUMENT, "--callback-path", "/callback"];
    this.flags = registration === "cimd" ? byDocument : [];
  }

  async connect() {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [join(PACKAGES, "mcp-remote/dist/proxy.js"), this.url, ...this.flags],
      // No browser of the machine's: the page is taken from what it prints.
      env: { ...process.env, BROWSER: "true", MCP_REMOTE_CONFIG_DIR: this.configDir },
      stderr: "pipe",
    });
    let line = "";
    transport.stderr.on("data", (chunk) => {
      this.said.push(chunk);
      const lines = (line + chunk).split("\n");
      line = lines.pop();
      for (const page of lines.filter((line) => line.includes("/oauth/authorize?"))) {
        this.opened.push(page.trim());
        browse(page.trim(), this.person, "--deliver").catch((error) =>
          this.said.push(Buffer.from(`${error}\n`)),
        );
      }
    });
    const client = new Client({ name: "wiv-mcp-interop", version: "1.0.0" });
    await client.connect(transport);
    return client;
  }

  tokens() {
    return JSON.parse(readFileSync(this.#file(), "utf8"));
  }

  expire() {
    const expired = { ...this.tokens(), access_token: DEAD_TOKEN, expires_at: 1 };
    writeFileSync(this.#file(), JSON.stringify(expired));
  }

  leave() {
    rmSync(this.configDir, { recursive: true, force: true });
  }

  #file() {
    const files = readdirSync(this.configDir, { recursive: true });
    return join(this.configDir, files.find((name) => name.endsWith("_tokens.json")));
  }
}

const sdkSeat = (Transport) => (row) =>
  new SdkSeat({
    Client,
    Transport,
    UnauthorizedError,
    finish: (transport, answer) => transport.finishAuth(answer.get("code")),
    ...row,
  });

async function main() {
  const { demo, served } = places();
  const http = sdkSeat(StreamableHTTPClientTransport);
  const sse = sdkSeat(SSEClientTransport);
  const mcpRemote = (row) => new McpRemoteSeat(row);
  // Client and transport on the printed line, registration, place, address, whether the person
  // has a choice of organizations, seat.
  const rows = [
    [SDK, "http", "dcr", served, served.mcp_url, true, http],
    [SDK, "http", "cimd", demo, demo.mcp_url, false, http],
    [SDK, "sse", "dcr", demo, demo.sse_url, true, sse],
    [MCP_REMOTE, "default", "dcr", served, served.mcp_url, true, mcpRemote],
    [MCP_REMOTE, "default", "cimd", demo, demo.mcp_url, false, mcpRemote],
  ];
  let held = true;
  for (const [client, transport, registration, place, url, inSeveral, sit] of rows) {
    const line = `${client} · ${transport} · oauth ${registration}`;
    const one = async (checks, said) => {
      const seat = sit({ url, registration, person: place.person(inSeveral), said });
      try {
        return await story({ place, registration }, seat, checks);
      } finally {
        seat.leave?.();
      }
    };
    held = (await told(line, one)) && held;
  }
  return held ? 0 : 1;
}

process.exit(await main());
