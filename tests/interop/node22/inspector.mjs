// The MCP Inspector's command line as a user of the server: one process a call, as people script it.
// Reads the object that `wiv-mcp demo --json` printed from the variable WIV_DEMO.
// Prints one line per transport; exits 1 when one of them failed.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { installedVersion, stdioCommand, succeed, theTools, told } from "../scenario.mjs";

const PACKAGES = fileURLToPath(new URL("./node_modules/", import.meta.url));
const PACKAGE = "@modelcontextprotocol/inspector";
const CLI = join(PACKAGES, PACKAGE, "clients/launcher/build/index.js");
const CALL_WITHIN_MS = 30_000;

// The last segment of the address chooses the transport unless a flag does.
const byUrl = (...flags) => (url, key) => [
  "--server-url",
  url,
  "--header",
  `X-API-Key: ${key}`,
  ...flags,
];

const overStdio = (url, key) => {
  const { command, args, env } = stdioCommand(url, key);
  const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  return [...variables, "--transport", "stdio", command, ...args];
};

// Name on the printed line, member of the demo's object that holds the address, arguments.
const TRANSPORTS = [
  ["sse", "sse_url", byUrl()],
  ["http", "mcp_url", byUrl()],
  ["http on /sse", "sse_url", byUrl("--transport", "http")],
  ["http with discovery", "mcp_url", byUrl("--protocol-era", "auto")],
  ["stdio", "wiv_api_url", overStdio],
];

/** The command line with the methods of a client that the scenario uses. */
class Inspector {
  constructor(server, home) {
    this.arguments = ["--cli", ...server];
    this.environment = { ...process.env, HOME: home };
  }

  listTools() {
    return this.#run("--method", "tools/list");
  }

  callTool({ name, arguments: args }) {
    const named = ["--tool-name", name, "--tool-args-json", JSON.stringify(args)];
    return this.#run("--method", "tools/call", ...named);
  }

  #run(...method) {
    const command = [CLI, ...this.arguments, ...method, "--format", "json", "--quiet"];
    const options = { env: this.environment, timeout: CALL_WITHIN_MS };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, command, options, (error, stdout, stderr) => {
        // A failed call is an exit status of its own, but its result is printed all the same.
        try {
          resolve(JSON.parse(stdout).result);
        } catch {
          reject(error ? new Error(stderr || error.message) : new Error(`no JSON: ${stdout}`));
        }
      });
    });
  }
}

/** A shorter day than the scenario's: a tool that nobody listed, the Inspector refuses by itself. */
async function story(inspector, checks) {
  theTools((await inspector.listTools()).tools, checks);

  const first = await succeed(inspector, checks, "wiv_search_cases", { limit: 5 });
  checks.that(first.data.length === 5, `${first.data.length} cases instead of 5`);
  const cursor = first.page.next_cursor;
  checks.that(cursor, "the first page has no next_cursor");
  const second = await succeed(inspector, checks, "wiv_search_cases", { limit: 5, cursor });
  const ids = new Set([...first.data, ...second.data].map((row) => row.case_id));
  checks.that(ids.size === 10, `two pages of 5 hold ${ids.size} different cases`);

  const args = { no_such_argument: 1 };
  const refused = await inspector.callTool({ name: "wiv_search_cases", arguments: args });
  const kind = refused.structuredContent?.error?.kind;
  checks.that(
    refused.isError && kind === "invalid_arguments",
    `${JSON.stringify(args)}: isError ${refused.isError}, kind ${kind}`,
  );

  // The Inspector tells nobody which revision it agreed on, but the server knows.
  const connection = await succeed(inspector, checks, "wiv_get_connection", {});
  return connection.data.protocol_revision;
}

async function main() {
  const demo = JSON.parse(process.env.WIV_DEMO);
  const home = mkdtempSync(join(tmpdir(), "wiv-mcp-interop-"));
  const client = `inspector ${installedVersion(PACKAGES, PACKAGE)}`;
  let held = true;
  for (const [name, address, reach] of TRANSPORTS) {
    const inspector = new Inspector(reach(demo[address], demo.api_keys.acme), home);
    const run = (checks) => story(inspector, checks);
    held = (await told(`${client} · ${name} · key`, run)) && held;
  }
  rmSync(home, { recursive: true, force: true });
  return held ? 0 : 1;
}

process.exit(await main());
