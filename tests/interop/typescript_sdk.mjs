// The TypeScript SDK 1.x, and mcp-remote behind it, as users of the server: one scenario, run over
// each transport. Reads the object that `wiv-mcp demo --json` printed from the variable WIV_DEMO.
// Prints one line per transport; exits 1 when one of them failed.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

// One transport's whole scenario takes seconds (mcp-remote probes first); a server that never
// answers must not hang it.
const SCENARIO_WITHIN_MS = 60_000;
// The stand-in's executions end within minutes of its own clock, which the scenario turns.
const CLOCK_STEP_S = 30;
const CLOCK_STEPS = 40;

const HINTS = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];
const PACKAGES = fileURLToPath(new URL("./node_modules/", import.meta.url));

const overSse = (url, key) =>
  new SSEClientTransport(new URL(url), { requestInit: { headers: { "X-API-Key": key } } });

const overHttp = (url, key) =>
  new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { "X-API-Key": key } } });

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
  [MCP_REMOTE, "default", "mcp_url", overMcpRemote()],
  [MCP_REMOTE, "default on /sse", "sse_url", overMcpRemote()],
  [MCP_REMOTE, "sse-only", "sse_url", overMcpRemote("--transport", "sse-only")],
];

/** Counts what held; the first that does not hold ends the scenario. */
class Checks {
  count = 0;

  that(holds, otherwise) {
    if (!holds) throw new Error(otherwise);
    this.count += 1;
  }
}

/** What an assistant does on its first day. The Python file tells the same story. */
async function scenario(client, demo, checks) {
  checks.that(client.getServerVersion()?.name, "initialize names no server");
  checks.that(client.getServerCapabilities()?.tools, "initialize declares no tools");

  const { tools } = await client.listTools();
  checks.that(tools.length >= 27, `only ${tools.length} tools`);
  checks.that(
    new Set(tools.map((tool) => tool.name)).size === tools.length,
    "a tool name is listed twice",
  );
  checks.that(tools.every((tool) => tool.title), "a tool has no title");
  checks.that(tools.every((tool) => tool.description), "a tool has no description");
  checks.that(
    tools.every((tool) => tool.inputSchema.type === "object"),
    "an inputSchema is no object",
  );
  for (const hint of HINTS) {
    const missing = tools.filter((tool) => typeof tool.annotations?.[hint] !== "boolean");
    checks.that(missing.length === 0, `${hint} is missing on ${missing.map((tool) => tool.name)}`);
  }

  const call = (name, args = {}) => client.callTool({ name, arguments: args });
  const succeed = async (name, args) => {
    const result = await call(name, args);
    const text = result.content.filter((block) => block.type === "text").map((block) => block.text);
    checks.that(!result.isError, `${name} failed: ${text}`);
    checks.that(text.length && result.structuredContent, `${name} lacks text or structuredContent`);
    return result.structuredContent;
  };

  const first = await succeed("wiv_search_cases", { limit: 5 });
  checks.that(first.data.length === 5, `${first.data.length} cases instead of 5`);
  const cursor = first.page.next_cursor;
  checks.that(cursor, "the first page has no next_cursor");
  const second = await succeed("wiv_search_cases", { limit: 5, cursor });
  const ids = new Set([...first.data, ...second.data].map((row) => row.case_id));
  checks.that(ids.size === 10, `two pages of 5 hold ${ids.size} different cases`);

  const workflows = (await succeed("wiv_list_workflows", { limit: 100 })).data;
  const found = workflows.filter((row) => row.name === "Tag untagged volumes");
  checks.that(found.length === 1, `${found.length} workflows are called 'Tag untagged volumes'`);
  const { workflow_id } = found[0];

  const started = await succeed("wiv_start_execution", {
    workflow_id,
    trigger_event: { account_id: "123456789012" },
  });
  const { execution_id } = started.data;
  checks.that(execution_id, "the started execution has no id");
  const ended = await follow(demo, succeed, { workflow_id, execution_id });
  checks.that(ended.status === "SUCCEEDED", `the execution ended as ${ended.status}`);

  for (const args of [{ limit: "five" }, { no_such_argument: 1 }]) {
    const refused = await call("wiv_search_cases", args);
    const kind = refused.structuredContent?.error?.kind;
    checks.that(
      refused.isError && kind === "invalid_arguments",
      `${JSON.stringify(args)}: isError ${refused.isError}, kind ${kind}`,
    );
  }

  const code = await call("wiv_no_such_tool").then(
    () => undefined,
    (error) => error.code,
  );
  checks.that(code === -32602, `an unknown tool is answered with ${code}`);
}

/** Asks for the execution until it ended, turning the stand-in's clock instead of sleeping. */
async function follow(demo, succeed, ids) {
  let execution;
  for (let step = 0; step < CLOCK_STEPS; step += 1) {
    execution = (await succeed("wiv_get_execution_status", ids)).data;
    if (execution.ended_at) return execution;
    await advanceClock(demo.wiv_api_url);
  }
  throw new Error(`still ${execution.status} after ${CLOCK_STEPS * CLOCK_STEP_S} s`);
}

async function advanceClock(wivApiUrl) {
  const response = await fetch(`${wivApiUrl.replace(/\/$/, "")}/_control/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ advance_s: CLOCK_STEP_S }),
  });
  if (!response.ok) throw new Error(`the clock answered ${response.status}`);
  await response.body?.cancel();
}

async function run(connect, url, key, demo, said) {
  const configDir = mkdtempSync(join(tmpdir(), "wiv-mcp-interop-"));
  const transport = connect(url, key, configDir);
  transport.stderr?.on("data", (chunk) => said.push(chunk));
  const client = new Client({ name: "wiv-mcp-interop", version: "1.0.0" });
  const checks = new Checks();
  let timer;
  const late = new Promise((_, reject) => {
    const tell = () => reject(new Error(`not done after ${SCENARIO_WITHIN_MS} ms`));
    timer = setTimeout(tell, SCENARIO_WITHIN_MS);
  });
  try {
    const story = client.connect(transport).then(() => scenario(client, demo, checks));
    await Promise.race([story, late]);
  } finally {
    clearTimeout(timer);
    await client.close();
    rmSync(configDir, { recursive: true, force: true });
  }
  return checks.count;
}

/** Read from the file: the SDK exports no manifest. */
function installedVersion(name) {
  return JSON.parse(readFileSync(join(PACKAGES, name, "package.json"), "utf8")).version;
}

async function main() {
  const demo = JSON.parse(process.env.WIV_DEMO);
  let failed = 0;
  for (const [[client, packageName], name, address, connect] of TRANSPORTS) {
    const line = `interop ${client} ${installedVersion(packageName)} · ${name} · key`;
    const said = [];
    try {
      const count = await run(connect, demo[address], demo.api_keys.acme, demo, said);
      console.log(`ok   ${line} · ${count} checks`);
    } catch (error) {
      failed += 1;
      const log = Buffer.concat(said).toString();
      // A proxy that gave up closes the pipe; why stands in its own words.
      const cause = log.split("\n").find((said) => /error:/i.test(said)) ?? "";
      console.log(`FAIL ${line} · ${`${error} ${cause}`.trim().split(/\s+/).join(" ")}`);
      process.stderr.write(log);
    }
  }
  return failed ? 1 : 0;
}

process.exit(await main());
