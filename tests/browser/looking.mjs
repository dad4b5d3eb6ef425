// Looks at a page as people with different eyes, screens and hands do: axe in light, dark and at 320 px with
// everything unfolded, more room between letters, forced colours, paper, 4K, and the keyboard.
// Knows no page: each check holds for all.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

// Every page with all that it loads.
const MAX_PAGE_BYTES = 60_000;
const DESK = { width: 1280, height: 900 };
const LOOKS = [
  ["light", { colorScheme: "light" }, DESK],
  ["dark", { colorScheme: "dark" }, DESK],
  ["narrow", { colorScheme: "light" }, { width: 320, height: 640 }],
];
const OTHER_LOOKS = [
  ["4k", { colorScheme: "light" }, { width: 3840, height: 2160 }],
  ["forced", { colorScheme: "dark", forcedColors: "active" }, DESK],
  ["print", { media: "print", colorScheme: "light" }, { width: 800, height: 1100 }],
];
const USUAL = { media: "screen", colorScheme: "light", forcedColors: "none", reducedMotion: "reduce" };
// WCAG 2.2's levels A and AA, and what axe knows of good practice. `target-size` is AA, but off by default.
const RULES = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: { "target-size": { enabled: true } },
};

export function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

/** What was seen, for the checks over all pages. */
export const seen = { looks: 0, pages: new Set(), buttons: new Map(), heaviest: ["", 0] };

/** Looks at a page. `shots` is the folder for pictures. */
export async function look(page, name, shots, others = false) {
  await weigh(page, name);
  const closed = await unfold(page);
  await noteButtons(page, name);
  await fold(page, closed);
  for (const [look, media, viewport] of LOOKS) {
    await turn(page, media, viewport);
    await fits(page, `${name} ${look}`);
    await page.screenshot({ path: new URL(`${name}-${look}.png`, shots).pathname, fullPage: true });
    await judge(page, `${name} ${look}`);
    const unfolded = await unfold(page);
    if (unfolded.length) {
      await judge(page, `${name} ${look}, unfolded`);
      await fits(page, `${name} ${look}, unfolded`);
      await page.screenshot({ path: new URL(`${name}-${look}-unfolded.png`, shots).pathname, fullPage: true });
    }
    await fold(page, unfolded);
  }
  if (others) {
    for (const [look, media, viewport] of OTHER_LOOKS) {
      await turn(page, media, viewport);
      await fits(page, `${name} ${look}`);
      const path = new URL(`${name}-${look}.png`, shots).pathname;
      await page.screenshot({ path, fullPage: look !== "4k" });
    }
  }
  await turn(page, {}, { width: 320, height: 640 });
  await withRoomBetweenLetters(page, () => fits(page, `${name} with room between letters`));
  await turn(page, {}, DESK);
  await byKeyboard(page, name);
  seen.pages.add(name);
}

async function turn(page, media, viewport) {
  await page.emulateMedia({ ...USUAL, ...media });
  await page.setViewportSize(viewport);
}

async function judge(page, where) {
  await page.evaluate(axe);
  const { violations, incomplete } = await page.evaluate((rules) => axe.run(document, rules), RULES);
  seen.looks += 1;
  // What axe can't decide counts too: then the page is to be made plainer.
  const told = [...violations, ...incomplete].map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3)}`);
  expect(told.length === 0, `${where}: ${told.join("; ")}`);
}

async function fits(page, where) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide <= 0, `${where} is ${wide} px too wide`);
}

/** The page with all it loads, and that nothing waits for anything but the page itself. */
async function weigh(page, name) {
  await page.waitForLoadState("networkidle");
  const loaded = await page.evaluate(() =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map(
      ({ name, initiatorType, decodedBodySize }) => ({ name, initiatorType, decodedBodySize }),
    ),
  );
  const bytes = loaded.reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0);
  expect(bytes > 1000 && bytes < MAX_PAGE_BYTES, `${name}: ${bytes} bytes`);
  if (bytes > seen.heaviest[1]) seen.heaviest = [name, bytes];
  // One round trip beyond the page: whatever it needs is named in it.
  const late = loaded.filter(({ initiatorType }) => !["navigation", "link", "script", "other"].includes(initiatorType));
  expect(late.length === 0, `${name} loads late: ${JSON.stringify(late)}`);
}

async function noteButtons(page, name) {
  for (const button of await page.locator("button:visible, summary:visible").all()) {
    const label = words(await button.textContent());
    if (!seen.buttons.has(label)) seen.buttons.set(label, { on: name, pressed: false });
  }
}

const words = (text) => text.replace(/\s+/g, " ").trim();

/** Presses a button, and notes that it was. */
export async function press(button) {
  const label = words(await button.textContent());
  await button.click();
  if (!seen.buttons.has(label)) seen.buttons.set(label, { on: "a page", pressed: false });
  seen.buttons.get(label).pressed = true;
}

async function unfold(page) {
  return page.evaluate(() => {
    const closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((details) => (details.open = true));
    return closed.map((details) => [...document.querySelectorAll("details")].indexOf(details));
  });
}

async function fold(page, indexes) {
  await page.evaluate((indexes) => {
    const all = [...document.querySelectorAll("details")];
    indexes.forEach((index) => (all[index].open = false));
  }, indexes);
}

/** WCAG 1.4.12: nothing is lost when a person sets their own spacing. */
async function withRoomBetweenLetters(page, check) {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }");
    document.adoptedStyleSheets = [sheet];
  });
  await check();
  await page.evaluate(() => (document.adoptedStyleSheets = []));
}

/** Tab reaches every control, in the order of the text, and the focus is seen (WCAG 2.4.3, 2.4.7, 2.4.11). */
async function byKeyboard(page, name) {
  await page.evaluate(() => {
    scrollTo(0, 0);
    // From the top, wherever the address or a click led.
    const start = document.body.insertBefore(document.createElement("button"), document.body.firstChild);
    start.focus();
    start.remove();
  });
  const reachable = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")];
    const radios = new Set();
    return all.filter((element) => {
      // checkVisibility sees closed details and hidden panels.
      if (!element.checkVisibility() || element.disabled || element.tabIndex < 0) return false;
      // One stop for a group of radio buttons.
      if (element.type !== "radio") return true;
      return !radios.has(element.name) && radios.add(element.name);
    }).length;
  });
  const stops = [];
  await page.keyboard.press("Tab");
  for (let stop = 0; stop < reachable; stop += 1) {
    const found = await page.evaluate(() => {
      const focused = document.activeElement;
      const { top, bottom, width, height } = focused.getBoundingClientRect();
      const style = getComputedStyle(focused);
      return {
        at: [...document.querySelectorAll("*")].indexOf(focused),
        what: focused.outerHTML.slice(0, 80),
        isSeen: width > 0 && height > 0 && bottom > 0 && top < innerHeight && style.outlineStyle !== "none",
      };
    });
    expect(found.isSeen, `${name}: the focus is not seen on ${found.what}`);
    expect(found.at > (stops.at(-1)?.at ?? -1), `${name}: the focus goes back to ${found.what}`);
    stops.push(found);
    await page.keyboard.press("Tab");
  }
  expect(stops.length === reachable, `${name}: ${stops.length} of ${reachable} controls are reached`);
}
