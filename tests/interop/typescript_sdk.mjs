// The TypeScript SDK 1.x, and mcp-remote behind it, as users of the server: one scenario, run over
// each transport. Reads the object that `wiv-mcp demo --json` printed from the variable WIV_DEMO.
// Prints one line per transport; exits 1 when one of them failed.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { installedVersion, scenario, stdioCommand, told } from "./scenario.mjs";

const PACKAGES = fileURLToPath(new URL("./node_modules/", import.meta.url));

const overSse = (url, key) =>
  new SSEClientTransport(new URL(url), { requestInit: { headers: { "X-API-Key": key } } });

const overHttp = (url, key) =>
  new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { "X-API-Key": key } } });

const overStdio = (url, key) => new StdioClientTransport(stdioCommand(url, key));

// The header has no space and its value comes from the environment, as desktop clients need it.
const overMcpRemote = (...flags) => (url, key, configDir) =>
  new StdioClientTransport({
    command: process.execPath,
    args: [
      join(PACKAGES, "mcp-remote/dist/proxy.js"),
      url,
      "--header",
      "X-API-Key:${WIV_API_KEY}",
      ...flags,
    ],
    env: { ...process.env, WIV_API_KEY: key, MCP_REMOTE_CONFIG_DIR: configDir },
    stderr: "pipe",
  });

const SDK = ["typescript-sdk", "@modelcontextprotocol/sdk"];
const MCP_REMOTE = ["mcp-remote", "mcp-remote"];

// Client, name on the printed line, member of the demo's object that holds the address, transport.
const TRANSPORTS = [
  [SDK, "sse", "sse_url", overSse],
  [SDK, "http", "mcp_url", overHttp],
  [SDK, "http on /sse", "sse_url", overHttp],
  [SDK, "stdio", "wiv_api_url", overStdio],
  [MCP_REMOTE, "default", "mcp_url", overMcpRemote()],
  [MCP_REMOTE, "default on /sse", "sse_url", overMcpRemote()],
  [MCP_REMOTE, "sse-only", "sse_url", overMcpRemote("--transport", "sse-only")],
];

async function run(connect, url, demo, checks, said) {
  const configDir = mkdtempSync(join(tmpdir(), "wiv-mcp-interop-"));
  const transport = connect(url, demo.api_keys.acme, configDir);
  transport.stderr?.on("data", (chunk) => said.push(chunk));
  const client = new Client({ name: "wiv-mcp-interop", version: "1.0.0" });
  // The SDK keeps the revision to itself, but tells its transport.
  let revision;
  transport.setProtocolVersion = after(transport.setProtocolVersion, (told) => (revision = told));
  try {
    await client.connect(transport);
    await scenario(client, demo, checks);
    return revision;
  } finally {
    await client.close();
    rmSync(configDir, { recursive: true, force: true });
  }
}

/** The method, followed by another that takes the same argument. */
function after(method, next) {
  return function both(argument) {
    method?.call(this, argument);
    next(argument);
  };
}

async function main() {
  const demo = JSON.parse(process.env.WIV_DEMO);
  let held = true;
  for (const [[client, packageName], name, address, connect] of TRANSPORTS) {
    const line = `${client} ${installedVersion(PACKAGES, packageName)} · ${name} · key`;
    const story = (checks, said) => run(connect, demo[address], demo, checks, said);
    held = (await told(line, story)) && held;
  }
  return held ? 0 : 1;
}

process.exit(await main());
