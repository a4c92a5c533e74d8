"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;

  // Light and dark: the system's choice, until the reader makes one.
  const theme = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const name = () => { theme.textContent = isDark() ? "Light" : "Dark"; theme.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`); };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  system.addEventListener("change", name);
  theme.hidden = false;
  name();

  // Copy buttons.
  const said = byId("said");
  let timer = 0;
  const say = (text) => {
    said.textContent = text;
    said.classList.add("shown");
    clearTimeout(timer);
    timer = setTimeout(() => said.classList.remove("shown"), 1600);
  };
  const copyBySelection = (button) => {
    const range = document.createRange();
    range.selectNodeContents(button.previousElementSibling);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand("copy");
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    let copied = false;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      copied = true;
    } catch {
      copied = copyBySelection(button);
    }
    say(copied ? `Copied ${button.dataset.copy}` : "Selected: press Ctrl+C to copy");
  });

  // Search in the log.
  const tools = byId("log-tools");
  if (tools) {
    const order = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
    const search = byId("log-search");
    const level = byId("log-level");
    const count = byId("log-count");
    const lines = Array.from(byId("log-lines").children, (node) => ({ node, text: node.textContent, lower: node.textContent.toLowerCase(), level: order.indexOf(node.dataset.level), marked: false }));
    const MOST_MARKED = 2000;

    const mark = (line, word) => {
      const parts = [];
      let from = 0;
      for (let at = line.lower.indexOf(word); at >= 0; at = line.lower.indexOf(word, from)) {
        const found = document.createElement("mark");
        found.textContent = line.text.slice(at, at + word.length);
        parts.push(line.text.slice(from, at), found);
        from = at + word.length;
      }
      parts.push(line.text.slice(from));
      line.node.replaceChildren(...parts);
      line.marked = true;
    };

    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const least = order.indexOf(level.value);
      let shown = 0;
      for (const line of lines) {
        const visible = (least < 0 || line.level < 0 || line.level >= least) && words.every((word) => line.lower.includes(word));
        line.node.hidden = !visible;
        if (line.marked) { line.node.textContent = line.text; line.marked = false; }
        if (!visible) continue;
        shown += 1;
        // Lower case can have another length than the text; such a line is shown without marks.
        if (words.length && shown <= MOST_MARKED && line.lower.length === line.text.length) mark(line, words[0]);
      }
      count.textContent = shown === lines.length ? "" : `${shown} of ${lines.length} lines`;
    };

    let pending = 0;
    search.addEventListener("input", () => { clearTimeout(pending); pending = setTimeout(apply, 80); });
    level.addEventListener("change", apply);
    search.addEventListener("keydown", (event) => { if (event.key === "Escape") { search.value = ""; apply(); } });
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, select, textarea");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      search.focus();
      tools.scrollIntoView({ block: "nearest" });
    });
    tools.hidden = false;
  }

  // On paper all facts are open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll(".event details:not([open])"));
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
})();
