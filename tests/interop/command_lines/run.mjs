// Gemini CLI and Codex, the programs themselves, do what the demo's connect page tells people to do: its commands
// are run as they stand, its settings are put where it says. Neither needs an account of its own for that.
// Usage: node tests/interop/command_lines/run.mjs BINARY, after `npm ci` here. Prints one line per way.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { installedVersion } from "../scenario.mjs";
import { browse } from "../sign_in.mjs";

const PACKAGES = fileURLToPath(new URL("./node_modules/", import.meta.url));
const WITHIN_MS = 90_000;
const PLACEHOLDER = "YOUR_WIV_API_KEY";
// Asked of the program, so that a new tool needs no touch here.
const TOOLS = JSON.parse(execFileSync(process.argv[2], ["tools", "--json"], { encoding: "utf8" })).length;

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

/** A person's computer: a home folder, where the programs keep their settings, and the programs. */
class Home {
  folder = mkdtempSync(join(tmpdir(), "wiv-mcp-command-lines-"));

  constructor() {
    // Nothing is told to anybody, and nobody is asked for a newer version.
    this.write(".gemini/settings.json", JSON.stringify({
      general: { enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
    }));
    this.write(".codex/config.toml", "");
  }

  write(path, text) {
    const whole = join(this.folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    const quiet = "check_for_update_on_startup = false\n[analytics]\nenabled = false\n";
    writeFileSync(whole, path.endsWith(".toml") ? `${quiet}${text}\n` : text);
  }

  /** Starts a line of a shell. */
  start(line) {
    const child = spawn("sh", ["-c", line], {
      cwd: this.folder,
      env: {
        PATH: `${PACKAGES}.bin:${dirname(process.execPath)}:/usr/bin:/bin`,
        HOME: this.folder,
        GEMINI_CLI_TRUST_WORKSPACE: "true",
        NO_COLOR: "1",
        BROWSER: "true",
      },
    });
    child.said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => (child.said += chunk));
    }
    child.ended = new Promise((resolve) => child.on("close", resolve));
    const late = setTimeout(() => child.kill("SIGKILL"), WITHIN_MS);
    child.ended.then(() => clearTimeout(late));
    return child;
  }

  /** Runs a line of a shell to its end; what it said. */
  async run(line) {
    const child = this.start(line);
    const status = await child.ended;
    expect(status === 0, `${line.split(" ")[0]} ended with ${status}: ${child.said}`);
    return child.said;
  }

  /** The tools that Codex gets from its server `wiv`. */
  async codexTools() {
    const child = this.start("codex app-server");
    const lines = createInterface({ input: child.stdout });
    const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    send({ id: 0, method: "initialize", params: { clientInfo: { name: "wiv-mcp-interop", version: "1" } } });
    send({ method: "initialized" });
    send({ id: 1, method: "mcpServerStatus/list", params: {} });
    try {
      for await (const line of lines) {
        const message = JSON.parse(line);
        if (message.id !== 1) continue;
        expect(message.result, line);
        return Object.keys(message.result.data.find(({ name }) => name === "wiv")?.tools ?? {});
      }
      throw new Error(`codex app-server ended: ${child.said}`);
    } finally {
      child.kill("SIGKILL");
    }
  }

  leave() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The texts to paste on an assistant's card. */
async function texts(url, card) {
  const page = await (await fetch(`${url}/connect`)).text();
  const whole = page.split(`<article class="card" id="${card}">`)[1].split("</article>")[0];
  const entities = { "&#34;": '"', "&#39;": "'", "&#60;": "<", "&#62;": ">", "&#38;": "&" };
  return [...whole.matchAll(/data-text>([^<]*)</g)].map(([, text]) => text.replace(/&#\d+;/g, (entity) => entities[entity]));
}

const demo = spawn(process.argv[2], ["demo", "--port", "0", "--json"], { stdio: ["ignore", "pipe", "ignore"] });
process.on("exit", () => demo.kill("SIGTERM"));
const ready = JSON.parse((await createInterface({ input: demo.stdout })[Symbol.asyncIterator]().next()).value);
const key = ready.api_keys.acme;
const named = (text) => text.includes(PLACEHOLDER);
const [gemini, codex] = [await texts(ready.url, "gemini-cli"), await texts(ready.url, "codex")];

const WAYS = [
  ["@google/gemini-cli", "gemini-cli", "command with a key", async (home) => {
    await home.run(gemini.find(named).replace(PLACEHOLDER, key));
    const list = await home.run("gemini mcp list");
    expect(/wiv: \S+\/mcp \(http\) - Connected/.test(list), list);
  }],
  ["@google/gemini-cli", "gemini-cli", "command with a wrong key", async (home) => {
    await home.run(gemini.find(named).replace(PLACEHOLDER, "nobody-has-this-key"));
    const list = await home.run("gemini mcp list");
    expect(/wiv: \S+\/mcp \(http\) - Disconnected/.test(list), list);
  }],
  ["@openai/codex", "codex", "settings with a key", async (home) => {
    home.write(".codex/config.toml", codex.find(named).replace(PLACEHOLDER, key));
    const tools = await home.codexTools();
    expect(tools.length === TOOLS, `${tools.length} tools`);
  }],
  ["@openai/codex", "codex", "command, sign-in", async (home) => {
    const adding = home.start(codex.find((text) => !named(text)));
    const page = await new Promise((resolve) => {
      adding.stdout.on("data", () => {
        const found = /^http\S+\/oauth\/authorize\?\S+$/m.exec(adding.said);
        if (found) resolve(found[0]);
      });
      adding.ended.then(() => resolve());
    });
    expect(page, `no sign-in was begun: ${adding.said}`);
    const ana = ready.users.find(({ email }) => email.startsWith("ana@"));
    await browse(page, { ...ana, organization: ana.organizations[0] }, "--deliver");
    expect((await adding.ended) === 0, adding.said);
    const tools = await home.codexTools();
    expect(tools.length === TOOLS, `${tools.length} tools`);
  }],
];

let failed = 0;
for (const [packageName, client, way, run] of WAYS) {
  const home = new Home();
  const line = `${client} ${installedVersion(PACKAGES, packageName)} · ${way}`;
  try {
    await run(home);
    console.log(`ok   command line ${line}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL command line ${line} · ${String(error.message ?? error).replace(/\s+/g, " ").slice(0, 900)}`);
  } finally {
    home.leave();
  }
}
process.exit(failed ? 1 : 0);
