// The TypeScript SDK 2.x as a user of the server: one scenario, run over each transport.
// Reads the object that `wiv-mcp demo --json` printed from the variable WIV_DEMO.
// Prints one line per transport; exits 1 when one of them failed.

import { fileURLToPath } from "node:url";

import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

import { installedVersion, scenario, stdioCommand, told } from "../scenario.mjs";

const PACKAGES = fileURLToPath(new URL("./node_modules/", import.meta.url));

// The revision in which clients listen.
const STATELESS = "2026-07-28";

// Unless told otherwise it opens with `initialize`; `auto` asks with `server/discover` first.
const AUTO = { versionNegotiation: { mode: "auto" } };

const byUrl = (Transport) => (url, key) =>
  new Transport(new URL(url), { requestInit: { headers: { "X-API-Key": key } } });

const overSse = byUrl(SSEClientTransport);
const overHttp = byUrl(StreamableHTTPClientTransport);
const overStdio = (url, key) => new StdioClientTransport(stdioCommand(url, key));

// Name on the printed line, member of the demo's object that holds the address, transport, options.
const TRANSPORTS = [
  ["sse", "sse_url", overSse, {}],
  ["http", "mcp_url", overHttp, {}],
  ["http on /sse", "sse_url", overHttp, {}],
  ["stdio", "wiv_api_url", overStdio, {}],
  ["sse with discovery", "sse_url", overSse, AUTO],
  ["http with discovery", "mcp_url", overHttp, AUTO],
  ["stdio with discovery", "wiv_api_url", overStdio, AUTO],
];

/** That listening, which clients do unasked, is acknowledged as empty and ends gracefully. */
async function aSubscriptionToNothing(client, checks) {
  const subscription = await client.listen({ toolsListChanged: true });
  const honored = JSON.stringify(subscription.honoredFilter);
  checks.that(honored === "{}", `the server honors ${honored}`);
  const end = await subscription.closed;
  checks.that(end === "graceful", `the subscription ended: ${end}`);
}

async function run(transport, url, options, demo, checks) {
  const client = new Client({ name: "wiv-mcp-interop", version: "1.0.0" }, options);
  try {
    await client.connect(transport(url, demo.api_keys.acme));
    await scenario(client, demo, checks);
    const revision = client.getNegotiatedProtocolVersion();
    if (revision === STATELESS) await aSubscriptionToNothing(client, checks);
    return revision;
  } finally {
    await client.close();
  }
}

async function main() {
  const demo = JSON.parse(process.env.WIV_DEMO);
  const sdk = `typescript-sdk ${installedVersion(PACKAGES, "@modelcontextprotocol/client")}`;
  let held = true;
  for (const [name, address, transport, options] of TRANSPORTS) {
    const story = (checks) => run(transport, demo[address], options, demo, checks);
    held = (await told(`${sdk} · ${name} · key`, story)) && held;
  }
  return held ? 0 : 1;
}

process.exit(await main());
