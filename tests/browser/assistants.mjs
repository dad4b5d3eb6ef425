// What assistants make of a link or of settings, and real clients that connect with it: the TypeScript SDK,
// and mcp-remote where the settings start it. Knows no page of ours but those of a sign-in.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { Keeper } from "../interop/sign_in.mjs";
import { expect, press } from "./looking.mjs";

const interop = createRequire(new URL("../interop/package.json", import.meta.url));
const sdk = (path) => import(pathToFileURL(interop.resolve(`@modelcontextprotocol/sdk/client/${path}.js`)));
const { Client } = await sdk("index");
const { SSEClientTransport } = await sdk("sse");
const { StreamableHTTPClientTransport } = await sdk("streamableHttp");
const { StdioClientTransport } = await sdk("stdio");
const { UnauthorizedError } = await sdk("auth");
// The binary that run.mjs was given, asked so that a new tool needs no touch here.
const TOOLS = JSON.parse(execFileSync(process.argv[2], ["tools", "--json"], { encoding: "utf8" })).length;
const MCP_REMOTE = interop.resolve("mcp-remote/dist/proxy.js");

/** The one server's name and entry in an install link, as its client reads it. */
export function ofLink(href) {
  const vscode = /^vscode(?:-insiders)?:mcp\/install\?(.*)$/.exec(href);
  if (vscode) {
    const { name, ...entry } = JSON.parse(decodeURIComponent(vscode[1]));
    return { name, entry };
  }
  const url = new URL(href);
  const places = ["cursor://anysphere.cursor-deeplink/mcp/install", "https://cursor.com/install-mcp"];
  expect(places.includes(href.split("?")[0]), href);
  const entry = JSON.parse(Buffer.from(url.searchParams.get("config"), "base64").toString());
  return { name: url.searchParams.get("name"), entry };
}

/** The same of settings to paste. */
export function ofSettings(text) {
  if (text.startsWith("{")) {
    const settings = JSON.parse(text);
    const [[name, entry], ...more] = Object.entries(settings.mcpServers ?? settings.servers);
    expect(more.length === 0, text);
    return { name, entry: { ...entry, inputs: settings.inputs } };
  }
  if (text.startsWith("[")) {
    const [, name] = /^\[mcp_servers\.(\w+)\]$/m.exec(text);
    const [, url] = /^url = (".*")$/m.exec(text);
    const [, key] = /^http_headers = \{ "X-API-Key" = (".*") \}$/m.exec(text) ?? [];
    const headers = key && { "X-API-Key": JSON.parse(key) };
    return { name, entry: { url: JSON.parse(url), headers } };
  }
  const [program, mcp, add, ...rest] = text.split(/ (?=(?:[^"]*"[^"]*")*[^"]*$)/).map((word) => word.replaceAll('"', ""));
  expect(["claude", "gemini", "codex"].includes(program) && `${mcp} ${add}` === "mcp add", text);
  const entry = {};
  const plain = [];
  while (rest.length) {
    const word = rest.shift();
    if (["--header", "-H"].includes(word)) {
      const [name, value] = rest.shift().split(": ");
      entry.headers = { [name]: value };
    } else if (word === "--url") entry.url = rest.shift();
    else if (["--transport", "-t"].includes(word)) expect(rest.shift() === "http", text);
    else if (["-s"].includes(word)) rest.shift();
    else plain.push(word);
  }
  return { name: plain[0], entry: { url: plain[1], ...entry } };
}

/** Puts in what the person is asked for, as VS Code does. */
function filled(entry, key) {
  const [asked] = entry.inputs ?? [];
  if (!asked) return entry;
  expect(asked.type === "promptString" && asked.password && asked.description, JSON.stringify(asked));
  const headers = Object.entries(entry.headers).map(([name, value]) => [name, value.replace(`\${input:${asked.id}}`, key)]);
  return { ...entry, headers: Object.fromEntries(headers) };
}

/** Ways that a client may take to this address. */
function transports(entry) {
  const url = entry.url ?? entry.serverUrl ?? entry.httpUrl;
  // Cursor posts first and falls back to a stream, so both must work where both are served.
  return url.endsWith("/sse") ? [[url, StreamableHTTPClientTransport], [url, SSEClientTransport]] : [[url, StreamableHTTPClientTransport]];
}

/** Where a client waits for its person to come back; answers with a page, and remembers how they came. */
export const waiting = await new Promise((resolve) => {
  const place = { back: undefined };
  const server = createServer((request, response) => {
    if (request.url.startsWith("/callback")) place.back = new URL(request.url, place.url);
    response.end("Back at the client.");
  });
  server.listen(0, "127.0.0.1", () => resolve(Object.assign(place, { url: `http://127.0.0.1:${server.address().port}/callback` })));
  server.unref();
});

const newClient = () => new Client({ name: "wiv-mcp-browser", version: "1.0.0" });

async function works(client) {
  const { tools } = await client.listTools();
  expect(tools.length === TOOLS, `${tools.length} tools`);
  const { isError, content } = await client.callTool({ name: "wiv_search_cases", arguments: { limit: 1 } });
  expect(!isError, `the call failed: ${content?.[0]?.text}`);
}

/** A real client works with an entry that holds a key, or asks for this one. */
export async function connectsByKey(found, key) {
  expect(found.name === "wiv", JSON.stringify(found));
  const entry = filled(found.entry, key);
  if (entry.command) return connectsByProgram(entry);
  for (const [url, Transport] of transports(entry)) {
    const client = newClient();
    await client.connect(new Transport(new URL(url), { requestInit: { headers: entry.headers } }));
    await works(client);
    await client.close();
  }
}

/** `npx -y mcp-remote@latest …`, with the mcp-remote that the tests have installed. */
async function connectsByProgram({ command, args, env }) {
  expect(command === "npx" && args[0] === "-y" && args[1] === "mcp-remote@latest", JSON.stringify(args));
  const configDir = mkdtempSync(join(tmpdir(), "wiv-mcp-browser-"));
  const client = newClient();
  try {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [MCP_REMOTE, ...args.slice(2)],
      env: { ...process.env, ...env, MCP_REMOTE_CONFIG_DIR: configDir },
      stderr: "ignore",
    });
    await client.connect(transport);
    await works(client);
  } finally {
    await client.close();
    rmSync(configDir, { recursive: true, force: true });
  }
}

/** A real client works with an entry that holds nothing but the address: a person signs in, in this browser. */
export async function connectsBySignIn(found, page, user, organization) {
  expect(found.name === "wiv" && !found.entry.headers, JSON.stringify(found));
  const [[url, Transport]] = transports(found.entry);
  const keeper = new Keeper("dcr");
  keeper.redirectUrl = waiting.url;
  keeper.clientMetadata.redirect_uris = [waiting.url];
  const transport = new Transport(new URL(url), { authProvider: keeper });
  const refused = await newClient().connect(transport).then(
    () => undefined,
    (error) => error,
  );
  expect(refused instanceof UnauthorizedError, `not asked to sign in: ${refused}`);
  const back = await signInForClient(page, keeper.opened.at(-1), user, organization);
  await transport.finishAuth(back.searchParams.get("code"));
  const client = newClient();
  await client.connect(new Transport(new URL(url), { authProvider: keeper }));
  await works(client);
  await client.close();
}

/** The pages of an OAuth client, to the address where it waits. */
async function signInForClient(page, url, user, organization) {
  await page.goto(`${url}`);
  await press(page.getByRole("button", { name: "Allow and sign in" }));
  await page.getByLabel("Email").fill(user.email);
  await page.getByLabel("Password").fill(user.password);
  await page.locator("form button").first().click();
  if (organization) {
    await page.getByRole("radio", { name: organization }).check();
    await press(page.getByRole("button", { name: "Connect this organization" }));
  }
  await page.getByText("Back at the client.").waitFor();
  return waiting.back;
}
