// What the pages are looked at on: the demo, and a server without sign-in.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const READY_WITHIN_MS = 20_000;
const children = [];

function start(binary, args, env = {}) {
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, ...env } });
  children.push(child);
  return child;
}

async function readyLine(child) {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  if (!value) throw new Error(`${child.spawnargs.join(" ")} ended before it was ready`);
  return JSON.parse(value);
}

/** The demo, as it tells of itself. */
export const demo = (binary) => readyLine(start(binary, ["demo", "--port", "0", "--json"]));

/** The address of a `serve` without sign-in, before stand-ins. */
export async function withoutSignIn(binary, env) {
  const { wiv_api_url } = await readyLine(start(binary, ["sandbox", "--port", String(await freePort(2)), "--json"]));
  const listen = `127.0.0.1:${await freePort(1)}`;
  start(binary, ["serve"], { WIV_MCP_LISTEN: listen, WIV_API_URL: wiv_api_url, ...env });
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const health = await fetch(`http://${listen}/healthz`).catch(() => undefined);
    if (health?.ok) return `http://${listen}`;
    if (Date.now() > deadline) throw new Error("serve is not ready");
  }
}

/** A port that is free, with as many behind it. */
async function freePort(count) {
  for (;;) {
    const first = await bound(0);
    const rest = await Promise.all(Array.from({ length: count - 1 }, (_, at) => bound(first.port + at + 1).catch(() => undefined)));
    [first, ...rest].forEach((port) => port?.server.close());
    if (rest.every(Boolean)) return first.port;
  }
}

function bound(port) {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve({ server, port: server.address().port }));
  });
}

// However this process ends, they end.
process.on("exit", () => children.forEach((child) => child.kill("SIGTERM")));
