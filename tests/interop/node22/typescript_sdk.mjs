// The TypeScript SDK 2.x as a user of the server: one scenario, run over each transport.
// Reads the object that `wiv-mcp demo --json` printed from the variable WIV_DEMO.
// Prints one line per transport; exits 1 when one of them failed.

import { fileURLToPath } from "node:url";

import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";

import { installedVersion, scenario, told } from "../scenario.mjs";

const PACKAGES = fileURLToPath(new URL("./node_modules/", import.meta.url));

// Unless told otherwise it opens with `initialize`; `auto` asks with `server/discover` first.
const AUTO = { versionNegotiation: { mode: "auto" } };

// Name on the printed line, member of the demo's object that holds the address, transport, options.
const TRANSPORTS = [
  ["sse", "sse_url", SSEClientTransport, {}],
  ["http", "mcp_url", StreamableHTTPClientTransport, {}],
  ["http on /sse", "sse_url", StreamableHTTPClientTransport, {}],
  ["sse with discovery", "sse_url", SSEClientTransport, AUTO],
  ["http with discovery", "mcp_url", StreamableHTTPClientTransport, AUTO],
];

async function run(Transport, url, options, demo, checks) {
  const client = new Client({ name: "wiv-mcp-interop", version: "1.0.0" }, options);
  const headers = { "X-API-Key": demo.api_keys.acme };
  try {
    await client.connect(new Transport(new URL(url), { requestInit: { headers } }));
    await scenario(client, demo, checks);
    return client.getNegotiatedProtocolVersion();
  } finally {
    await client.close();
  }
}

async function main() {
  const demo = JSON.parse(process.env.WIV_DEMO);
  const sdk = `typescript-sdk ${installedVersion(PACKAGES, "@modelcontextprotocol/client")}`;
  let held = true;
  for (const [name, address, Transport, options] of TRANSPORTS) {
    const story = (checks) => run(Transport, demo[address], options, demo, checks);
    held = (await told(`${sdk} · ${name} · key`, story)) && held;
  }
  return held ? 0 : 1;
}

process.exit(await main());
