// A real browser against the pages: people with one organization, several, many or none sign in, press every
// button and meet every failure; each link and each setting is read as its client reads it, and a real client
// connects with it. What each page must be for everybody is in looking.mjs. Pictures: tests/output/browser.
// Usage: node tests/browser/run.mjs BINARY, after `npm ci` in tests/browser and tests/interop.
import { mkdir, rm } from "node:fs/promises";
import { chromium } from "playwright-core";

import { connectsByKey, connectsBySignIn, ofLink, ofSettings, waiting } from "./assistants.mjs";
import { APP, callbacks } from "./callbacks.mjs";
import { expect, look, press, seen } from "./looking.mjs";
import { demo, withoutSignIn } from "./places.mjs";

const binary = process.argv[2];
const shots = new URL("../output/browser/", import.meta.url);
await rm(shots, { recursive: true, force: true });
await mkdir(shots, { recursive: true });

let failed = 0;
async function part(name, run) {
  try {
    const figures = await run();
    console.log(`ok   browser · ${[name, figures].filter(Boolean).join(" · ")}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL browser · ${name} · ${String(error.stack ?? error).replace(/\s+/g, " ").slice(0, 900)}`);
  }
}

const ready = await demo(binary);
const plain = await withoutSignIn(binary, {
  WIV_MCP_SUPPORT_URL: "mailto:support@wiv.example",
  WIV_MCP_PRIVACY_URL: "https://wiv.example/privacy",
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Nothing of the browser's own may go to the network.
  args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});

const leadingOn = await callbacks();
const foreign = [];
const complaints = [];

/** Somebody with a browser of their own. */
async function person(options = {}) {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const known = [ready.url, ready.identity_url, plain, new URL(waiting.url).origin, ...leadingOn.origins];
  page.on("request", (request) => {
    if (!request.url().startsWith(APP) && !known.includes(new URL(request.url()).origin)) foreign.push(request.url());
  });
  // The page's own status is what it is about; a missing file and a refusal by the policy are ours.
  page.on("console", (message) => {
    const isOwnStatus = /status of [45]/.test(message.text()) && message.location().url === page.url();
    if (message.type() === "error" && !isOwnStatus) complaints.push(`${message.location().url}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return page;
}

/** Waits, within a browser's patience, until something holds. */
async function expectSoon(holds) {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    expect(Date.now() < deadline, `not in time: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const user = (name) => ready.users.find(({ email }) => email.startsWith(`${name}@`));

async function logIn(page, { email, password }) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.locator("form button").first().click();
  await page.waitForURL(/\/connect\/account/);
}

async function signIn(page, who) {
  await page.goto(`${ready.url}/connect`);
  await press(page.getByRole("button", { name: "Sign in for an API key" }));
  await logIn(page, who);
}

async function order(method, path, body) {
  const [place, ...rest] = path.split(" ");
  const url = { identity: ready.identity_url, wiv: ready.wiv_api_url }[place];
  const response = await fetch(`${url}/_control/${rest}`, {
    method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body),
  });
  expect(response.ok, `${path}: ${response.status}`);
  return response.json().catch(() => undefined);
}
const fault = (place, method, path, kind) =>
  order("PUT", `${place} faults`, { match: { method, path }, fault: kind, times: 0 });
const well = () => Promise.all([order("DELETE", "identity faults"), order("DELETE", "wiv faults")]);
const keysThatLive = async () => (await order("GET", "identity keys")).keys.filter(({ is_live }) => is_live);
const liveKeys = async () => (await keysThatLive()).length;

/** Ends a connection on its row: asked for, and sure. */
async function revoke(row) {
  await press(row.locator("summary"));
  await press(row.getByRole("button", { name: /^Yes, revoke/ }));
}

// As many as `look` is called for; fewer mean that one was lost.
const PAGES = 23;
const INSTALL_LINKS = "a[href^='cursor:'], a[href^='vscode'], a[href^='https://cursor.com']";
const hrefs = (place) => place.locator(INSTALL_LINKS).evaluateAll((links) => links.map((link) => link.getAttribute("href")));
const PLACEHOLDER = "YOUR_WIV_API_KEY";
const ana = await person();

await part("the page before sign-in", async () => {
  await ana.goto(`${ready.url}/`);
  await look(ana, "connect", shots, true);
});

await part("every link on it connects a real client", async () => {
  const links = await hrefs(ana);
  const people = [[user("ana")], [user("omar"), /Globex/]];
  for (const [at, href] of links.entries()) {
    const found = ofLink(href);
    if (found.entry.headers) await connectsByKey(found, ready.api_keys.acme);
    else await connectsBySignIn(found, await person(), ...people[at % 2]);
  }
  expect(links.length === 6, `${links.length} links`);
  // The first of Ana's stays, to be listed beside a key.
  const [, ...others] = await keysThatLive();
  for (const { api_key_id } of others) await order("DELETE", `identity keys/${api_key_id}`);
  return `${links.length} links`;
});

await part("every setting on it connects a real client", async () => {
  let count = 0;
  for (const card of await ana.locator(".card[id]").all()) {
    for (const text of await card.locator("[data-text]").allTextContents()) {
      count += 1;
      if (text.startsWith("http")) {
        expect(text === ready.mcp_url, text);
        continue;
      }
      const found = ofSettings(text.replaceAll(PLACEHOLDER, ready.api_keys.acme));
      const secret = text.includes(PLACEHOLDER) || found.entry.inputs;
      // One sign-in by each link has shown that an address alone is enough.
      if (secret) await connectsByKey(found, ready.api_keys.acme);
      else expect((found.entry.url ?? found.entry.serverUrl ?? found.entry.args.at(-1)) === ready.mcp_url, text);
    }
  }
  expect(count >= 16, `${count} settings`);
  return `${count} settings`;
});

await part("every copy button copies what stands beside it, and says so", async () => {
  let count = 0;
  const snippetsOf = async function* () {
    for (const tab of await ana.getByRole("tab").all()) {
      await press(tab);
      const closed = ana.locator("details:not([open]) > summary:visible");
      while (await closed.count()) await press(closed.first());
      yield* await ana.locator(".snippet:visible").all();
    }
  };
  for await (const snippet of snippetsOf()) {
    const isFirst = (count += 1) === 1;
    const button = snippet.locator("button.copy");
    const before = await button.boundingBox();
    const label = await button.textContent();
    await press(button);
    const shown = await snippet.locator("[data-text]").textContent();
    const copied = await ana.evaluate(() => navigator.clipboard.readText());
    expect(copied === shown, `copied ${copied}`);
    expect((await ana.getByRole("status").textContent()) === "Copied", "nothing is said aloud");
    if (!isFirst) continue;
    await button.filter({ hasText: label }).waitFor();
    const after = await button.boundingBox();
    expect(after.height === before.height && after.width === before.width, "the button changed its size");
  }
  return `${count} buttons`;
});

await part("where copying is not allowed, the text is selected", async () => {
  const page = await person({ permissions: [] });
  await page.addInitScript(() => (navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"))));
  await page.goto(`${ready.url}/connect`);
  await page.locator(".snippet button.copy").first().click();
  await page.getByRole("button", { name: "Selected the address" }).waitFor();
  expect((await page.evaluate(() => String(getSelection()))) === ready.mcp_url, "the address is not selected");
});

await part("one card at a time, on a page of two screens, with and without script", async () => {
  const page = await person();
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`${ready.url}/connect`);
  for (const tab of await page.getByRole("tab").all()) {
    await press(tab);
    const id = (await tab.getAttribute("aria-controls")).replace("panel-", "");
    expect((await page.locator(".card[id]:visible").count()) === 1 && (await page.locator(`#${id}`).isVisible()), `${id} is not alone`);
    expect(new URL(page.url()).hash === `#${id}`, `${id} is not in the address`);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    expect(height < 2000, `${id}: ${height} px`);
    const filled = await page.locator(`#${id} .primary:visible`).count();
    expect(filled <= 1, `${id} has ${filled} obvious buttons`);
  }
  for (const cloud of ["claude-ai", "chatgpt"]) {
    expect(!(await page.locator(`#${cloud}`).textContent()).includes(ready.mcp_url), `${cloud} can't reach this computer`);
  }
  await page.goto(`${ready.url}/connect#codex`);
  await page.getByRole("tab", { name: "Codex", selected: true }).waitFor();
  const plainly = await person({ javaScriptEnabled: false });
  await plainly.goto(`${ready.url}/connect`);
  const links = await plainly.locator("nav.tabs a").all();
  expect(await plainly.locator("#cursor").isVisible(), "the first card is not there without script");
  for (const link of links) {
    await link.click();
    const id = (await link.getAttribute("href")).slice(1);
    const visible = await plainly.locator(".card[id]:visible").evaluateAll((cards) => cards.map((card) => card.id));
    expect(visible.join() === id, `${id}: ${visible}`);
  }
  await plainly.screenshot({ path: new URL("connect-without-script.png", shots).pathname, fullPage: true });
  return `${links.length} assistants`;
});

await part("every card leads through sign-in to its own settings", async () => {
  const page = await person();
  await page.goto(`${ready.url}/connect`);
  const ids = await page.locator(".card:has(.or)").evaluateAll((cards) => cards.map(({ id }) => id));
  for (const id of ids) {
    await page.goto(`${ready.url}/connect#${id}`);
    await press(page.locator(`#${id}`).getByRole("button", { name: /Get settings with a key/ }));
    await logIn(page, user("ana"));
    expect((await page.getByLabel("Assistant").inputValue()) === id, `${id} is forgotten`);
  }
  expect(ids.length === 8, `${ids.length} cards`);
  return `${ids.length} cards`;
});

let key;
await part("one organization: from VS Code's card to a key that works in every client", async () => {
  await ana.goto(`${ready.url}/connect#vs-code`);
  const card = ana.locator("#vs-code");
  await press(card.getByRole("button", { name: /Get settings with a key/ }));
  await logIn(ana, user("ana"));
  expect((await ana.getByRole("radio").count()) === 0, "one organization needs no choice");
  expect((await ana.getByLabel("Assistant").inputValue()) === "vs-code", "the card is forgotten");
  await look(ana, "account-one", shots);
  await press(ana.getByRole("button", { name: "Make a key" }));
  await ana.getByText("Your key works").waitFor();
  await look(ana, "key", shots, true);
  await press(ana.getByText("Show the key"));
  key = await ana.locator(".secret [data-text]").textContent();
  await press(ana.getByRole("button", { name: "Copy your key" }));
  expect((await ana.evaluate(() => navigator.clipboard.readText())) === key, "the key was not copied first");
  const places = await Promise.all(["Copy your key", "Add to VS Code"].map((name) => ana.getByText(name).first().boundingBox()));
  expect(places[0].y < places[1].y, "the key is copied after it is needed");
  await press(ana.getByRole("button", { name: "Copy the question" }));
  await press(ana.getByRole("button", { name: "Copy the key" }));
  expect((await ana.evaluate(() => navigator.clipboard.readText())) === key, "the key was not copied");
  const tabs = await ana.getByRole("tab").all();
  expect((await tabs[0].textContent()) === "VS Code", "the card is forgotten");
  let [links, settings] = [0, 0];
  for (const tab of tabs) {
    await press(tab);
    const panel = ana.locator(`#${await tab.getAttribute("aria-controls")}`);
    expect(await panel.isVisible(), "a tab shows nothing");
    for (const summary of await panel.locator("summary").all()) await press(summary);
    for (const link of await panel.locator(INSTALL_LINKS).all()) {
      const found = ofLink(await link.getAttribute("href"));
      const warned = await link.locator("xpath=ancestor::details").getByText("holds your key in plain text").count();
      const holdsKey = JSON.stringify(found).includes(key);
      expect(holdsKey === warned > 0, "a link holds a key without saying so");
      await connectsByKey(found, key);
      links += 1;
    }
    for (const snippet of await panel.locator(".snippet").all()) {
      await press(snippet.locator("button.copy"));
      const text = await snippet.locator("[data-text]").textContent();
      const isVeiled = (await snippet.locator("details").count()) > 0;
      expect(text.includes(key) === isVeiled, `a key in plain sight, or a veil over none: ${text}`);
      await connectsByKey(ofSettings(text), key);
      settings += 1;
    }
  }
  await tabs[0].focus();
  for (const [pressed, expected] of [["ArrowRight", "Cursor"], ["End", "Another assistant"], ["ArrowRight", "VS Code"], ["ArrowLeft", "Another assistant"], ["Home", "VS Code"]]) {
    await ana.keyboard.press(pressed);
    const selected = await ana.locator("[aria-selected=true]").textContent();
    expect(selected === expected, `${pressed} leads to ${selected}`);
  }
  return `${tabs.length} clients, ${links} links, ${settings} settings`;
});

await part("sending the form again by a reload makes no second key", async () => {
  const before = await liveKeys();
  await ana.reload();
  await ana.getByText("already made").waitFor();
  await look(ana, "already-made", shots);
  expect((await liveKeys()) === before, "a second key was made");
});

await part("my connections: told apart, revoked, signed out", async () => {
  await ana.getByRole("link", { name: "My connections" }).click();
  await look(ana, "account-connections", shots);
  const row = ana.getByRole("listitem").filter({ hasText: "API key" });
  expect((await row.count()) === 1 && (await row.textContent()).includes("VS Code"), "the key is not listed");
  await revoke(row);
  await ana.getByText("no longer has access").waitFor();
  await look(ana, "account-revoked", shots);
  const list = await fetch(`${ready.wiv_api_url}/workflows`, { headers: { "X-API-Key": key } });
  expect(list.status === 401, `the revoked key still works: ${list.status}`);
  // What the links of the page before signed in is listed too: all of it ends here.
  while (await ana.getByRole("listitem").count()) {
    await revoke(ana.getByRole("listitem").first());
    await ana.getByText("no longer has access").waitFor();
  }
  await ana.getByText("You have none yet").waitFor();
  expect((await liveKeys()) === 0, "keys are left");
  await press(ana.getByRole("button", { name: "Sign out" }));
  await ana.waitForURL(/\/connect$/);
});

await part("several organizations, without script", async () => {
  const omar = await person({ javaScriptEnabled: false });
  await signIn(omar, user("omar"));
  expect((await omar.getByRole("radio", { checked: true }).count()) === 0, "an organization is chosen already");
  await omar.getByRole("button", { name: "Make a key" }).click();
  expect(await omar.getByRole("button", { name: "Make a key" }).isVisible(), "sent without a choice");
  await omar.getByRole("radio", { name: /Northstar/ }).check();
  // A person without script who clicks twice sends twice; the first answer is dropped.
  await order("PUT", "identity faults", { match: { method: "POST", path: "/api/backend" }, fault: "slow", delay_ms: 3000, times: 0 });
  const posts = [];
  omar.on("request", (request) => request.url().endsWith("/connect/key") && posts.push(request));
  const { x, y, width, height } = await omar.getByRole("button", { name: "Make a key" }).boundingBox();
  await omar.mouse.click(x + width / 2, y + height / 2);
  await expectSoon(() => posts.length === 1);
  await omar.mouse.click(x + width / 2, y + height / 2);
  await omar.getByText("Your key works").waitFor();
  expect(posts.length === 2, `${posts.length} forms were sent`);
  await well();
  expect((await liveKeys()) === 1, `${await liveKeys()} keys`);
  expect(await omar.getByText("Northstar Cloud Partners").isVisible(), "the organization is not named");
  await press(omar.getByText("Show the key"));
  expect(await omar.locator(".secret [data-text]").isVisible(), "the key can't be seen without script");
  await omar.screenshot({ path: new URL("key-without-script.png", shots).pathname, fullPage: true });
  await press(omar.getByRole("button", { name: "Revoke this key" }));
  await omar.getByText("no longer has access").waitFor();
});

await part("several organizations, and many", async () => {
  const omar = await person();
  await signIn(omar, user("omar"));
  await look(omar, "account-several", shots);
  const orgs = ["Harbor Freight Lines", "Bluefin Retail Group", "Cedar Valley Health"];
  const member = (org, role) => order("POST", "identity membership", { user: user("omar").email, org, role });
  for (const org of orgs) await member(org, "Member");
  await omar.reload();
  await look(omar, "account-many", shots);
  await omar.getByLabel("Organization").selectOption({ label: "Harbor Freight Lines · Member" });
  await omar.getByLabel("Assistant").selectOption("Claude Code");
  await press(omar.getByRole("button", { name: "Make a key" }));
  await omar.getByText("Harbor Freight Lines").waitFor();
  const names = await omar.locator("[data-panel] .snippet [data-text]").allTextContents();
  expect(names.every((text) => text.includes("wiv-harbor-freight")), names.join());
  await press(omar.getByRole("button", { name: "Revoke this key" }));
  for (const org of orgs) await member(org, null);
});

await part("names that try to be something else", async () => {
  const names = { "Acme Corporation": "<b>\u202emca</b> \"';--", Globex: "שירותי ענן בע״מ", "Northstar Cloud Partners": "Long name ".repeat(30) };
  const rename = (org, name) => order("POST", "identity organization", { org, name });
  for (const [org, name] of Object.entries(names)) await rename(org, name);
  const omar = await person();
  await signIn(omar, user("omar"));
  await look(omar, "account-odd-names", shots);
  for (const [org, name] of Object.entries(names)) await rename(name, org);
});

/** The address to which a client that registers now sends its person. */
async function asking(name, redirect) {
  const registered = await fetch(`${ready.url}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_name: name, redirect_uris: [redirect], token_endpoint_auth_method: "none" }),
  });
  const { client_id } = await registered.json();
  const query = new URLSearchParams({
    response_type: "code", client_id, redirect_uri: redirect, state: "s",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256",
    resource: ready.mcp_url,
  });
  return `${ready.url}/oauth/authorize?${query}`;
}

await part("the pages of an OAuth client", async () => {
  const omar = await person();
  const authorize = await asking("Cursor", waiting.url);
  await omar.goto(authorize);
  await look(omar, "consent", shots);
  await press(omar.getByRole("button", { name: "Cancel" }));
  await omar.waitForURL(/error=access_denied/);
  await omar.goto(authorize);
  await press(omar.getByRole("button", { name: "Allow and sign in" }));
  await omar.getByLabel("Email").fill(user("omar").email);
  await omar.getByLabel("Password").fill(user("omar").password);
  await omar.locator("form button").first().click();
  await omar.getByText("Which organization?").waitFor();
  await look(omar, "organization", shots);
  await omar.getByRole("radio", { name: /Globex/ }).check();
  await press(omar.getByRole("button", { name: "Connect this organization" }));
  await omar.waitForURL(/code=/);
  await omar.goto(`${ready.url}/oauth/authorize?client_id=nobody`);
  await look(omar, "oauth-error", shots);
});

await part("callbacks that lead on, to another origin and to an app", async () => {
  let ends = 0;
  for (const [redirect, end] of [[leadingOn.toAnotherOrigin, leadingOn.behind], [leadingOn.toAnApp, APP]]) {
    for (const [who, organization, options] of [
      [user("ana"), undefined, {}],
      [user("omar"), /Globex/, {}],
      [user("omar"), /Globex/, { javaScriptEnabled: false }],
    ]) {
      const authorize = await asking("Leading on", redirect);
      // The browser tells that it goes there also where no program answers to a scheme. It goes to an app once only,
      // so that each answer has a browser of its own.
      const arrives = async (page, sign, step) => {
        const arrived = page.waitForRequest((request) => request.url().startsWith(end) && request.url().includes(sign));
        await step();
        await arrived;
        await page.context().close();
        ends += 1;
      };
      const refusing = await person(options);
      await refusing.goto(authorize);
      await arrives(refusing, "error=access_denied", () => refusing.getByRole("button", { name: "Cancel" }).click());
      const page = await person(options);
      await page.goto(authorize);
      await page.getByRole("button", { name: "Allow and sign in" }).click();
      await page.getByLabel("Email").fill(who.email);
      await page.getByLabel("Password").fill(who.password);
      const logIn = () => page.locator("form button").first().click();
      if (organization) {
        await logIn();
        await page.getByRole("radio", { name: organization }).check();
        await arrives(page, "code=", () => page.getByRole("button", { name: "Connect this organization" }).click());
      } else await arrives(page, "code=", logIn);
    }
  }
  return `${ends} ends`;
});

await part("what a person sees when something fails", async () => {
  const page = await person();
  await page.goto(`${ready.url}/connect/account`);
  await page.getByText("Sign in to continue").waitFor();
  await look(page, "signed-out", shots);
  await press(page.getByRole("button", { name: "Sign in with WIV" }));
  await logIn(page, user("ana"));
  await fault("wiv", "POST", "/v2/cases/search", "500");
  await press(page.getByRole("button", { name: "Make a key" }));
  await page.getByText("could not be tried").waitFor();
  await look(page, "key-untried", shots);
  await well();
  await fault("identity", "DELETE", "/api/backend", "500");
  await press(page.getByRole("button", { name: "Revoke this key" }));
  await page.getByText("Perhaps not revoked").waitFor();
  await look(page, "not-revoked", shots);
  await well();
  await page.getByRole("link", { name: "My connections" }).click();
  await fault("identity", "POST", "/api/backend/v1/end_user_api_keys", "cut");
  await press(page.getByRole("button", { name: "Make a key" }));
  await page.getByText("there is none to show").waitFor();
  await look(page, "key-lost", shots);
  await well();
  await fault("identity", "GET", "/api/backend", "reset");
  await page.goto(`${ready.url}/connect/account`);
  await page.getByText("Try", { exact: false }).first().waitFor();
  await look(page, "outage", shots);
  await well();
  await page.goto(`${ready.url}/connect/nowhere`);
  await look(page, "nothing-here", shots);
  for (const address of ["mcp", "sse"]) {
    await page.goto(`${ready.url}/${address}`);
    await look(page, `help-${address}`, shots);
    await press(page.getByRole("button", { name: "Copy" }));
  }
  const nora = await person();
  await signIn(nora, user("nora"));
  await nora.getByText("belongs to no organization").waitFor();
  await look(nora, "account-none", shots);
});

await part("a server without sign-in", async () => {
  const page = await person();
  await page.goto(`${plain}/connect`);
  await look(page, "without-sign-in", shots);
  let count = 0;
  for (const text of await page.locator(".card [data-text]").allTextContents()) {
    await connectsByKey(ofSettings(text.replaceAll(PLACEHOLDER, ready.api_keys.acme)), ready.api_keys.acme);
    count += 1;
  }
  for (const href of await hrefs(page)) await connectsByKey(ofLink(href), ready.api_keys.acme);
  expect((await page.getByRole("link", { name: "Support" }).getAttribute("href")) === "mailto:support@wiv.example", "no support");
  await page.goto(`${plain}/connect/account`);
  await look(page, "no-account", shots);
  return `${count} settings`;
});

await part("every button was pressed", () => {
  const left = [...seen.buttons].filter(([, { pressed }]) => !pressed).map(([label, { on }]) => `${label} (${on})`);
  expect(left.length === 0, left.join(", "));
  return `${seen.buttons.size} buttons`;
});

await part("every page was looked at", () => {
  expect(seen.pages.size === PAGES, `${seen.pages.size} pages: ${[...seen.pages]}`);
  return `${seen.pages.size} pages, ${seen.looks} runs of axe, the heaviest page ${seen.heaviest.join(" ")} bytes`;
});

await part("nothing is loaded from anybody else, and nothing breaks the policy", () => {
  expect(foreign.length === 0, foreign.join(" "));
  expect(complaints.length === 0, complaints.join(" "));
});

await browser.close();
process.exit(failed ? 1 : 0);
