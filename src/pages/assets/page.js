// Copy buttons, tabs, and forms that are sent once. Every page works without it.
"use strict";

// One place where screen readers hear what happened.
const status = document.createElement("p");
status.className = "unseen";
status.setAttribute("role", "status");
document.body.append(status);
// What is said is unsaid by its own clock, not by that of what was said before.
let silence;
const SAID_FOR_MS = 2500;
const say = (words) => {
  status.textContent = words;
  clearTimeout(silence);
  silence = setTimeout(() => (status.textContent = ""), SAID_FOR_MS);
};

for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) continue;
  // The words that are seen; what follows is for screen readers only.
  const [seen] = button.childNodes;
  const said = seen.textContent;
  let timer;
  const tell = (text, aloud) => {
    seen.textContent = text;
    say(aloud);
    clearTimeout(timer);
    timer = setTimeout(() => (seen.textContent = said), SAID_FOR_MS);
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = button.closest(".snippet, [data-copied]").querySelector("[data-text]");
    try {
      await navigator.clipboard.writeText(source.textContent);
      tell("Copied", "Copied");
    } catch {
      const veil = source.closest("details");
      if (veil) veil.open = true;
      getSelection().selectAllChildren(source);
      tell("Selected", "Copying is not allowed here. The text is selected: copy it by keyboard.");
    }
  });
}

// How long a form waits before it may be sent again: longer than a double click, and not for ever,
// because a person may stop the page that loads.
const AGAIN_AFTER_MS = 8000;

for (const form of document.querySelectorAll("form")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    setTimeout(() => (sent = false), AGAIN_AFTER_MS);
  });
  // A page that comes back from the browser's memory may be sent again.
  window.addEventListener("pageshow", () => (sent = false));
}

for (const group of document.querySelectorAll("[data-tabs]")) {
  const panels = [...group.querySelectorAll(":scope > [data-panel]")];
  // What a panel is called in addresses; its own id is taken by what is in it.
  const name = (panel) => panel.dataset.panel || panel.id;
  panels.forEach((panel) => (panel.id ||= `panel-${name(panel)}`));
  // Links that choose a panel where there is no script.
  group.querySelector(":scope > nav")?.remove();
  group.dataset.scripted = "";
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", group.dataset.tabs);
  const tabs = panels.map((panel) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.textContent = panel.querySelector("h3").textContent;
    tab.id = `tab-${panel.id}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    list.append(tab);
    return tab;
  });
  const show = (chosen) => {
    tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
      panels[index].hidden = index !== chosen;
    });
  };
  // Where panels have addresses, the chosen one is in the page's, to be sent on and come back to.
  const choose = (index) => {
    show(index);
    if ("linked" in group.dataset) history.replaceState(null, "", `#${name(panels[index])}`);
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => choose(index));
    tab.addEventListener("keydown", (event) => {
      const last = tabs.length - 1;
      const next = {
        ArrowRight: index === last ? 0 : index + 1,
        ArrowLeft: index === 0 ? last : index - 1,
        Home: 0,
        End: last,
      }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      choose(next);
      tabs[next].focus();
    });
  });
  group.prepend(list);
  const addressed = () => panels.findIndex((panel) => `#${name(panel)}` === location.hash);
  show(Math.max(addressed(), 0));
  addEventListener("hashchange", () => addressed() >= 0 && show(addressed()));
}
