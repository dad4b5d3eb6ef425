// Takes the README's pictures of the pages: docs/images/connect.png and key.png.
// Usage: node tests/browser/picture.mjs BINARY, after `npm ci` in tests/browser.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const images = new URL("../../docs/images/", import.meta.url).pathname;
const demo = spawn(process.argv[2], ["demo", "--port", "0", "--json"], { stdio: ["ignore", "pipe", "ignore"] });
const ready = JSON.parse((await createInterface({ input: demo.stdout })[Symbol.asyncIterator]().next()).value);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
// Of a server at its public address, which the picture shows in place of the demo's.
const page = await browser.newPage({ viewport: { width: 1120, height: 800 }, deviceScaleFactor: 0.7 });
const asPublic = () =>
  page.evaluate((local) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(local, "https://mcp.wiv.ai");
  }, ready.url);
await page.goto(`${ready.url}/connect`);
await asPublic();
await page.screenshot({ path: `${images}connect.png` });
await page.getByRole("button", { name: "Sign in for an API key" }).click();
await page.getByLabel("Email").fill("omar@acme.example");
await page.getByLabel("Password").fill("demo-omar");
await page.locator("form button").first().click();
await page.getByRole("radio", { name: /Northstar/ }).check();
await page.getByRole("button", { name: "Make a key" }).click();
await page.getByText("Your key works").waitFor();
await asPublic();
await page.screenshot({ path: `${images}key.png` });
await browser.close();
demo.kill("SIGTERM");
