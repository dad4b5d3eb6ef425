// What an assistant does on its first day, told once for every Node client. Knows no client: each
// brings its own, with the methods that the TypeScript SDKs share. `scenario.py` and
// `rmcp/src/scenario.rs` tell the same story.

import { readFileSync } from "node:fs";
import { join } from "node:path";

// One transport's whole scenario takes seconds (mcp-remote probes first); a server that never
// answers must not hang it.
const SCENARIO_WITHIN_MS = 60_000;
// The stand-in's executions end within minutes of its own clock, which the scenario turns.
const CLOCK_STEP_S = 30;
const CLOCK_STEPS = 40;

const HINTS = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];

/** Counts what held; the first that does not hold ends the scenario. */
class Checks {
  count = 0;

  that(holds, otherwise) {
    if (!holds) throw new Error(otherwise);
    this.count += 1;
  }
}

/** That the server said who it is. */
export function theServer(client, checks) {
  checks.that(client.getServerVersion()?.name, "the server names itself nowhere");
  checks.that(client.getServerCapabilities()?.tools, "the server declares no tools");
}

/** That every tool says what an assistant needs to know of it. */
export function theTools(tools, checks) {
  checks.that(`${tools.length}` === process.env.WIV_TOOLS, `${tools.length} tools`);
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
}

const call = (client, name, args = {}) => client.callTool({ name, arguments: args });

/** Calls a tool that must succeed; returns what it answers for programs. */
export async function succeed(client, checks, name, args) {
  const result = await call(client, name, args);
  const text = result.content.filter((block) => block.type === "text").map((block) => block.text);
  checks.that(!result.isError, `${name} failed: ${text}`);
  checks.that(text.length && result.structuredContent, `${name} lacks text or structuredContent`);
  return result.structuredContent;
}

export async function scenario(client, demo, checks) {
  theServer(client, checks);
  theTools((await client.listTools()).tools, checks);

  const first = await succeed(client, checks, "wiv_search_cases", { limit: 5 });
  checks.that(first.data.length === 5, `${first.data.length} cases instead of 5`);
  const cursor = first.page.next_cursor;
  checks.that(cursor, "the first page has no next_cursor");
  const second = await succeed(client, checks, "wiv_search_cases", { limit: 5, cursor });
  const ids = new Set([...first.data, ...second.data].map((row) => row.case_id));
  checks.that(ids.size === 10, `two pages of 5 hold ${ids.size} different cases`);

  const workflows = (await succeed(client, checks, "wiv_list_workflows", { limit: 100 })).data;
  const found = workflows.filter((row) => row.name === "Tag untagged volumes");
  checks.that(found.length === 1, `${found.length} workflows are called 'Tag untagged volumes'`);
  const { workflow_id } = found[0];

  const started = await succeed(client, checks, "wiv_start_execution", {
    workflow_id,
    trigger_event: { account_id: "123456789012" },
  });
  const { execution_id } = started.data;
  checks.that(execution_id, "the started execution has no id");
  const ended = await follow(client, demo, checks, { workflow_id, execution_id });
  checks.that(ended.status === "SUCCEEDED", `the execution ended as ${ended.status}`);

  await oddAnswer(client, demo, checks);

  for (const args of [{ limit: "five" }, { no_such_argument: 1 }]) {
    const refused = await call(client, "wiv_search_cases", args);
    const kind = refused.structuredContent?.error?.kind;
    checks.that(
      refused.isError && kind === "invalid_arguments",
      `${JSON.stringify(args)}: isError ${refused.isError}, kind ${kind}`,
    );
  }

  // The answer repeats the name: its line breaks must not end a line of the event.
  const code = await call(client, "wiv_no\u2028such\u0085tool").then(
    () => undefined,
    (error) => error.code,
  );
  checks.that(code === -32602, `an unknown tool is answered with ${code}`);
}

// A text that was cut inside an emoji, a number beyond a float, and digits beyond 64 bits.
const ODD = String.raw`{"data":[{"a":"x\ud800y","\udfff":1e400,"n":18446744073709551617}]}`;

/** That an answer which no strict reader takes reaches this client readable. */
async function oddAnswer(client, demo, checks) {
  const fault = { match: { path: "/v2/cases/search" }, fault: "answer", answer: { body: ODD } };
  const response = await fetch(`${demo.wiv_api_url.replace(/\/$/, "")}/_control/faults`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fault),
  });
  checks.that(response.ok, `ordering an odd answer was answered ${response.status}`);
  await response.body?.cancel();
  const [row] = (await succeed(client, checks, "wiv_search_cases", {})).data;
  checks.that(row.a === "x\ufffdy", `half of a character became ${JSON.stringify(row.a)}`);
  checks.that(row["\ufffd"] === "1e400", `1e400 became ${JSON.stringify(row["\ufffd"])}`);
}

/** Asks for the execution until it ended, turning the stand-in's clock instead of sleeping. */
async function follow(client, demo, checks, ids) {
  let execution;
  for (let step = 0; step < CLOCK_STEPS; step += 1) {
    execution = (await succeed(client, checks, "wiv_get_execution_status", ids)).data;
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

/**
 * Runs one row and prints its line; returns whether it held.
 *
 * `story` takes the checks and what a child process said, as a list it adds to, and returns the
 * revision that client and server agreed on, if the client tells.
 */
export async function told(line, story) {
  const checks = new Checks();
  const said = [];
  let timer;
  const late = new Promise((_, reject) => {
    const tell = () => reject(new Error(`not done after ${SCENARIO_WITHIN_MS} ms`));
    timer = setTimeout(tell, SCENARIO_WITHIN_MS);
  });
  try {
    const revision = await Promise.race([story(checks, said), late]);
    const parts = [line, revision, `${checks.count} checks`].filter((part) => part);
    console.log(`ok   interop ${parts.join(" · ")}`);
    return true;
  } catch (error) {
    const log = Buffer.concat(said).toString();
    // A proxy that gave up closes the pipe; why stands in its own words.
    const cause = log.split("\n").find((line) => /error:/i.test(line)) ?? "";
    console.log(`FAIL interop ${line} · ${`${error} ${cause}`.trim().split(/\s+/).join(" ")}`);
    process.stderr.write(log);
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** How the server is started for one client: in the form that the SDKs share. */
export function stdioCommand(wivApiUrl, key) {
  return {
    command: process.env.WIV_BINARY,
    args: ["stdio"],
    env: { WIV_API_URL: wivApiUrl, WIV_API_KEY: key, WIV_MCP_LOG: "error" },
    stderr: "pipe",
  };
}

/** Read from the file: the SDKs export no manifest. */
export function installedVersion(packages, name) {
  return JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8")).version;
}
