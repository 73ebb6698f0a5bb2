// Owns the keys of the classes: digits, as the server gives them, for the first ten; letters for the
// others if the person wants that; and keys that the person has chosen. It labels nothing.

import { redraw } from "./questions.js";
import { main, recall, remember, taste } from "./state.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const KEY = /^[\p{L}\p{N}]$/u; // what a person may choose; the other characters have a meaning
const letters = document.getElementById("letters");
const used = document.getElementById("used");
const rows = document.getElementById("class-keys");

function options() {
  return Array.from(main.querySelectorAll(".class:not(.new)"));
}

// Return the key of each class, by its name in lower case: chosen ones first, then digits, then letters.
function assigned(all) {
  const chosen = recall("keys", {});
  const keys = new Map();
  const free = (key) => key && !Array.from(keys.values()).includes(key);
  const give = (find) => {
    for (const { dataset } of all) {
      const key = keys.has(dataset.name) ? "" : find(dataset);
      if (free(key)) keys.set(dataset.name, key);
    }
  };
  give(({ name }) => chosen[name]);
  give(({ digit }) => digit);
  if (recall("letters", false)) {
    give(({ name }) => Array.from(name).find((it) => LETTERS.includes(it) && free(it)));
    give(() => Array.from(LETTERS).find(free));
  }
  return keys;
}

// Show the keys on the classes of the question, and let the rest of many classes be asked for.
export function showKeys() {
  const all = options();
  const keys = assigned(all);
  for (const option of all) {
    const key = keys.get(option.dataset.name) || "";
    const shown = option.querySelector("kbd");
    option.dataset.key = key;
    shown.textContent = key;
    shown.hidden = !key;
    if (key) option.setAttribute("aria-keyshortcuts", key);
    else option.removeAttribute("aria-keyshortcuts");
  }
  const [box, button] = [document.getElementById("classes"), document.getElementById("all-classes")];
  if (!box) return;
  const cut = getComputedStyle(box).overflowY === "hidden" && box.scrollHeight > box.clientHeight + 6;
  button.hidden = !cut && !box.classList.contains("all");
}

// Return the class that a key labels with.
export function classOf(key) {
  return options().find((option) => option.dataset.key === key.toLowerCase());
}

// Show all classes where there is room for two lines of them, or two lines again.
export function showAll() {
  document.getElementById("classes").classList.toggle("all");
  showKeys();
}

// Fill the dialog with the classes and their keys.
export function listKeys() {
  letters.checked = recall("letters", false);
  used.checked = taste.used;
  rows.replaceChildren(
    ...options().map((option) => {
      const row = document.createElement("label");
      const field = document.createElement("input");
      Object.assign(field, { value: option.dataset.key, maxLength: 2, size: 2, autocomplete: "off" });
      field.dataset.of = option.dataset.name;
      row.append(field, " ", option.querySelector("span").textContent);
      return row;
    }),
  );
}

rows.addEventListener("change", ({ target }) => {
  const key = target.value.trim().toLowerCase();
  const { [target.dataset.of]: _, ...others } = recall("keys", {});
  for (const name of Object.keys(others)) if (others[name] === key) delete others[name];
  remember("keys", KEY.test(key) ? { ...others, [target.dataset.of]: key } : others);
  showKeys();
  listKeys();
});

letters.addEventListener("change", () => {
  remember("letters", letters.checked);
  showKeys();
  listKeys();
});

used.addEventListener("change", () => {
  taste.used = used.checked;
  remember("used", taste.used);
  redraw();
});

addEventListener("resize", showKeys);
