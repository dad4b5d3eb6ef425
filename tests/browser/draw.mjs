// Draws logo.png and favicon.ico from src/pages/assets/logo.svg, by the browser of the tests.
// Usage: node tests/browser/draw.mjs, after `npm ci` in tests/browser.
const { chromium } = await import("playwright-core");
const { readFile, writeFile } = await import("node:fs/promises");

const assets = new URL("../../src/pages/assets/", import.meta.url);
const svg = await readFile(new URL("logo.svg", assets), "utf8");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

async function png(size) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const sized = svg.replace('width="512" height="512"', `width="${size}" height="${size}"`);
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${sized}`);
  const bytes = await page.screenshot({ omitBackground: true });
  await page.close();
  return bytes;
}

await writeFile(new URL("logo.png", assets), await png(512));
// An .ico with one PNG in it: header, one entry, the image.
const image = await png(32);
const head = Buffer.alloc(22);
head.writeUInt16LE(1, 2);
head.writeUInt16LE(1, 4);
head.writeUInt8(32, 6);
head.writeUInt8(32, 7);
head.writeUInt16LE(1, 10);
head.writeUInt16LE(32, 12);
head.writeUInt32LE(image.length, 14);
head.writeUInt32LE(head.length, 18);
await writeFile(new URL("favicon.ico", assets), Buffer.concat([head, image]));
await browser.close();
