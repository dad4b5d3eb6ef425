// A real browser against the demo's pages: sign-in as the user with one organization and as the one
// with several, every button, every link decoded and used by a real client's handshake, axe on each page
// in light, dark and at 320 px. Screenshots: tests/output/browser.
// Usage: node tests/browser/run.mjs BINARY, after `npm ci` in tests/browser.
import { spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
const shots = new URL("../output/browser/", import.meta.url);
await mkdir(shots, { recursive: true });

// Every page with all that it loads.
const MAX_PAGE_BYTES = 60_000;
const LOOKS = [
  ["light", { colorScheme: "light", viewport: { width: 1280, height: 900 } }],
  ["dark", { colorScheme: "dark", viewport: { width: 1280, height: 900 } }],
  ["narrow", { colorScheme: "light", viewport: { width: 320, height: 640 } }],
];

let failed = 0;
async function part(name, run) {
  try {
    await run();
    console.log(`ok   browser · ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL browser · ${name} · ${String(error.message ?? error).replace(/\s+/g, " ").slice(0, 600)}`);
  }
}
function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

const demo = spawn(process.argv[2], ["demo", "--port", "0", "--json"], { stdio: ["ignore", "pipe", "ignore"] });
const ready = JSON.parse((await createInterface({ input: demo.stdout })[Symbol.asyncIterator]().next()).value);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

// Looks at a page as people with different eyes and screens do.
async function look(page, name) {
  for (const [look, { colorScheme, viewport }] of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(viewport);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run());
    const told = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3)}`);
    expect(told.length === 0, `${name} ${look}: ${told.join("; ")}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide <= 0, `${name} ${look} is ${wide} px too wide`);
    await page.screenshot({ path: new URL(`${name}-${look}.png`, shots).pathname, fullPage: true });
  }
  await page.setViewportSize(LOOKS[0][1].viewport);
}

async function person(options = {}) {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
  const page = await context.newPage();
  page.foreign = [];
  page.on("request", (request) => {
    const origin = new URL(request.url()).origin;
    if (![ready.url, ready.identity_url].includes(origin)) page.foreign.push(request.url());
  });
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  return page;
}

async function signIn(page, user) {
  await page.goto(`${ready.url}/connect`);
  await page.getByRole("button", { name: /Sign in with WIV/ }).click();
  await page.getByLabel("Email").fill(user.email);
  await page.getByLabel("Password").fill(user.password);
  await page.locator("form button").first().click();
  await page.waitForURL(/\/connect\/account/);
}

// A client's first request with what a link or a setting says.
async function initialize(url, headers) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: JSON.stringify({
      jsonrpc: "2.0", id: 1, method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "browser-test", version: "1" } },
    }),
  });
  return response.status;
}

// The configuration in an install link.
function configuration(href) {
  const vscode = /^vscode(-insiders)?:mcp\/install\?(.*)$/.exec(href);
  if (vscode) return JSON.parse(decodeURIComponent(vscode[2]));
  const url = new URL(href);
  expect(["cursor:", "https:"].includes(url.protocol), href);
  return JSON.parse(Buffer.from(url.searchParams.get("config"), "base64").toString());
}

const installLinks = "a[href^='cursor:'], a[href^='vscode'], a[href^='https://cursor.com']";
const user = (email) => ready.users.find((user) => user.email === email);
const ana = await person();

await part("the page before sign-in", async () => {
  let bytes = 0;
  ana.on("response", async (response) => (bytes += (await response.body().catch(() => "")).length));
  await ana.goto(`${ready.url}/`);
  await ana.waitForLoadState("networkidle");
  expect(bytes < MAX_PAGE_BYTES, `${bytes} bytes`);
  await look(ana, "connect");
  const hrefs = await ana.locator(installLinks).evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  expect(hrefs.length >= 6, `${hrefs.length} install links`);
  for (const href of hrefs) {
    const config = configuration(href);
    const key = config.headers?.["X-API-Key"];
    expect(key === undefined || key === "${input:wiv-api-key}", "a link holds a key");
    const asked = config.inputs?.[0];
    expect(!asked || (asked.password && `\${input:${asked.id}}` === key), JSON.stringify(config));
    const status = await initialize(config.url, key ? { "X-API-Key": ready.api_keys.acme } : {});
    expect(status === (key ? 200 : 401), `${config.url}: ${status}`);
  }
});

await part("every copy button copies what stands beside it", async () => {
  for (const snippet of await ana.locator(".snippet").all()) {
    const shown = await snippet.locator("[data-text]").textContent();
    const button = snippet.locator("button.copy");
    if (!(await button.isVisible())) continue;
    await button.click();
    await button.filter({ hasText: "Copied" }).waitFor();
    expect((await ana.evaluate(() => navigator.clipboard.readText())) === shown, shown);
  }
});

await part("a person at an MCP address", async () => {
  const response = await ana.goto(`${ready.url}/mcp`);
  expect(response.status() === 405, `${response.status()}`);
  await look(ana, "help");
  expect((await ana.goto(`${ready.url}/sse`)).status() === 401, "/sse");
});

await part("my connections before sign-in", async () => {
  await ana.goto(`${ready.url}/connect/account`);
  await look(ana, "signed-out");
});

let key;
await part("one organization: sign in, make a key, use it, revoke it", async () => {
  await signIn(ana, user("ana@acme.example"));
  expect((await ana.locator("input[type=radio]").count()) === 0, "one organization needs no choice");
  await look(ana, "account-one");
  await ana.getByRole("button", { name: "Make a key" }).click();
  await ana.getByText("Your key works").waitFor();
  await look(ana, "key");
  await ana.getByText("Show the key").click();
  key = await ana.locator(".secret [data-text]").textContent();
  await ana.getByRole("button", { name: "Copy the key" }).click();
  expect((await ana.evaluate(() => navigator.clipboard.readText())) === key, "the key was not copied");
  expect((await initialize(ready.mcp_url, { "X-API-Key": key })) === 200, "the key does not work");
  for (const tab of await ana.getByRole("tab").all()) {
    await tab.click();
    const panel = ana.locator(`#${await tab.getAttribute("aria-controls")}`);
    expect(await panel.isVisible(), "a tab shows nothing");
    for (const link of await panel.locator(installLinks).all()) {
      const config = configuration(await link.getAttribute("href"));
      const found = config.headers?.["X-API-Key"];
      const inDetails = (await link.locator("xpath=ancestor::details").count()) > 0;
      expect(inDetails ? found === key : found !== key, "a link holds a key without saying so");
      if (inDetails) expect((await initialize(config.url, config.headers)) === 200, config.url);
    }
    for (const text of await panel.locator("[data-text]").allTextContents()) {
      expect(text.includes(key) || text.includes("${input:"), text);
    }
  }
  await ana.locator("[role=tab]").first().focus();
  await ana.keyboard.press("ArrowRight");
  expect((await ana.locator("[aria-selected=true]").textContent()) === "VS Code", "arrow keys");
});

await part("going back and sending the form again makes no second key", async () => {
  const before = (await (await fetch(`${ready.identity_url}/_control/keys`)).json());
  await ana.reload();
  await ana.getByText("shown already").waitFor();
  await look(ana, "shown-already");
  const after = (await (await fetch(`${ready.identity_url}/_control/keys`)).json());
  expect(JSON.stringify(before).length === JSON.stringify(after).length, "a second key was made");
});

await part("my connections: revoke", async () => {
  await ana.getByRole("link", { name: "My connections" }).first().click();
  await look(ana, "account-connections");
  await ana.getByRole("button", { name: /^Revoke/ }).first().click();
  await ana.getByText("The key is revoked").waitFor();
  await ana.getByText("You have none yet").waitFor();
  const list = await fetch(`${ready.wiv_api_url}/workflows`, { headers: { "X-API-Key": key } });
  expect(list.status === 401, `the revoked key still works: ${list.status}`);
  await ana.getByRole("button", { name: "Sign out" }).click();
  await ana.waitForURL(/\/connect$/);
});

await part("several organizations, without script", async () => {
  const omar = await person({ javaScriptEnabled: false });
  await signIn(omar, user("omar@acme.example"));
  expect((await omar.getByRole("radio").count()) > 1, "no choice");
  await omar.getByRole("radio", { name: /Northstar/ }).check();
  await omar.getByRole("button", { name: "Make a key" }).click();
  await omar.getByText("Your key works").waitFor();
  expect(await omar.getByText("Northstar Cloud Partners").isVisible(), "the organization is not named");
  await omar.getByText("Show the key").click();
  expect(await omar.locator(".secret [data-text]").isVisible(), "the key can't be seen without script");
  await omar.getByRole("button", { name: "Revoke this key" }).click();
  await omar.getByText("The key is revoked").waitFor();
});

await part("the pages of an OAuth client", async () => {
  const omar = await person();
  const redirect = "http://127.0.0.1:9/callback";
  const registered = await fetch(`${ready.url}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_name: "Cursor", redirect_uris: [redirect], token_endpoint_auth_method: "none" }),
  });
  const { client_id } = await registered.json();
  const query = new URLSearchParams({
    response_type: "code", client_id, redirect_uri: redirect, state: "s",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256",
    resource: ready.mcp_url,
  });
  await omar.goto(`${ready.url}/oauth/authorize?${query}`);
  await look(omar, "consent");
  await omar.getByRole("button", { name: "Allow and sign in" }).click();
  await omar.getByLabel("Email").fill("omar@acme.example");
  await omar.getByLabel("Password").fill("demo-omar");
  await omar.locator("form button").first().click();
  await omar.getByText("Which organization?").waitFor();
  await look(omar, "organization");
  await omar.goto(`${ready.url}/oauth/authorize?client_id=nobody`);
  await look(omar, "oauth-error");
});

await part("account of several organizations", async () => {
  const omar = await person();
  await signIn(omar, user("omar@acme.example"));
  await look(omar, "account-several");
});

await part("nothing is loaded from anybody else, and nothing breaks the policy", async () => {
  expect(ana.foreign.length === 0, ana.foreign.join(" "));
  const complaints = ana.complaints.filter((text) => !/status of 40/.test(text));
  expect(complaints.length === 0, complaints.join(" "));
});

await browser.close();
demo.kill("SIGTERM");
process.exit(failed ? 1 : 0);
