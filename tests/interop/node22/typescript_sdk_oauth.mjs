// The TypeScript SDK 2.x signs in: a connection's whole life.
// Reads from the variable WIV_SIGN_IN where. Prints one line per row; exits 1 when one failed.

import { fileURLToPath } from "node:url";

import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";

import { installedVersion, told } from "../scenario.mjs";
import { places, SdkSeat, story } from "../sign_in.mjs";

const PACKAGES = fileURLToPath(new URL("./node_modules/", import.meta.url));
const SDK = `typescript-sdk ${installedVersion(PACKAGES, "@modelcontextprotocol/client")}`;

async function main() {
  const { demo, served } = places();
  // Transport on the printed line, registration, place, address, whether the person has a choice
  // of organizations, transport.
  const rows = [
    ["http", "dcr", served, served.mcp_url, true, StreamableHTTPClientTransport],
    ["http", "cimd", demo, demo.mcp_url, false, StreamableHTTPClientTransport],
    ["sse", "dcr", demo, demo.sse_url, true, SSEClientTransport],
  ];
  let held = true;
  for (const [transport, registration, place, url, inSeveral, Transport] of rows) {
    const seat = new SdkSeat({
      Client,
      Transport,
      UnauthorizedError,
      // With all the parameters the SDK compares the issuer (RFC 9207).
      finish: (transport, answer) => transport.finishAuth(answer),
      url,
      registration,
      person: place.person(inSeveral),
    });
    const one = (checks) => story({ place, registration }, seat, checks);
    held = (await told(`${SDK} · ${transport} · oauth ${registration}`, one)) && held;
  }
  return held ? 0 : 1;
}

process.exit(await main());
