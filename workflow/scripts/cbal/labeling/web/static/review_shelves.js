// Owns the lists of classes: the shelves with their counts, by which labels are filtered, the buttons
// that give a chosen image another label, and the numbers above the labels.

import { held, filter, isWhole, nameOf, sift } from "./review_labels.js";
import { choose } from "./review_choice.js";
import { draw } from "./review_sheet.js";
import { load } from "./review_changes.js";

const DIGITS = "1234567890";
const shelves = document.getElementById("shelves");
const choices = document.getElementById("choices");
const runs = document.getElementById("run");
let keys = new Map(); // of the classes, by the digit
let sure = ""; // the new class that is added if Enter is pressed once more

function number(n) {
  return n.toLocaleString("en");
}

function counted(n, what) {
  return `${number(n)} ${what}${n === 1 ? "" : "s"}`;
}

function element(name, more, ...children) {
  const made = document.createElement(name);
  Object.assign(made, more);
  made.append(...children);
  return made;
}

// Show the classes, their counts, and how much was corrected.
export function list() {
  const all = [[-1, "All classes", held.total], ...held.classes];
  shelves.replaceChildren(
    ...all.map(([own, name, count]) => {
      const shown = element("span", { className: "count" }, number(count));
      const shelf = element("button", { type: "button", className: "shelf" }, name, " ", shown);
      shelf.dataset.shelf = own;
      shelf.setAttribute("aria-pressed", String(own === filter.label));
      return shelf;
    }),
  );
  assign();
  choices.replaceChildren(
    ...held.classes.map(([own, name]) => {
      const key = Array.from(keys.keys()).find((it) => keys.get(it) === own) || "";
      const button = element("button", { type: "button", className: "class" });
      button.dataset.label = own;
      if (key) button.append(element("kbd", {}, key), " ");
      button.append(element("span", {}, name));
      return button;
    }),
  );
  document.getElementById("names").replaceChildren(
    ...held.classes.map(([, name]) => element("option", { value: name })),
  );
  const { interactions = 0, seconds = 0 } = held.work;
  const minutes = `${number(Math.ceil(seconds / 60))} min`;
  document.getElementById("work").textContent =
    counted(held.total, "label") +
    (interactions ? `, ${counted(interactions, "correction")} in ${minutes}` : "");
  const button = document.getElementById("undo");
  button.disabled = !held.undo;
  button.title = held.undo ? `Undo: ${held.undo}` : "";
  runs.replaceChildren(
    ...held.runs.map(([scenario, seed]) => element("option", {}, `${scenario}, seed ${seed}`)),
  );
  runs.selectedIndex = held.runs.findIndex((run) => String(run) === String(held.run));
  document.getElementById("run-choice").hidden = held.runs.length < 2;
  head();
}

// Give digits to classes: a class that is named by a digit has that one.
function assign() {
  keys = new Map();
  for (const [own, name] of held.classes) if (DIGITS.includes(name) && name.length === 1) keys.set(name, own);
  const free = Array.from(DIGITS).filter((digit) => !keys.has(digit));
  const taken = new Set(keys.values());
  for (const [own] of held.classes) if (!taken.has(own) && free.length) keys.set(free.shift(), own);
}

// Return the class that a key gives.
export function keyed(key) {
  return keys.get(key);
}

// Return what the typed name says: a class that is there or, at the second time, a new one.
export function typed(field) {
  const name = field.value.trim().replace(/\s+/g, " ");
  const found = held.classes.find(([, other]) => other.toLowerCase() === name.toLowerCase());
  if (!found && sure !== name) {
    sure = name;
    return null;
  }
  sure = "";
  field.value = "";
  field.blur();
  return found ? { label: found[0] } : { class: name };
}

function head() {
  const count = isWhole() ? held.shown.length : held.total; // nothing is filtered yet
  const what = filter.label < 0 ? "All classes" : nameOf(filter.label);
  document.getElementById("what").textContent = `${what}: ${number(count)}`;
  document.getElementById("of-class").hidden = filter.label < 0;
  document.getElementById("empty").hidden = count > 0;
}

function refilter() {
  sift();
  choose([]);
  list();
  draw();
}

shelves.addEventListener("click", ({ target }) => {
  const shelf = target.closest(".shelf");
  if (!shelf) return;
  filter.label = Number(shelf.dataset.shelf);
  refilter();
  shelves.querySelector("[aria-pressed=true]").focus();
});

document.querySelector(".kinds").addEventListener("change", ({ target }) => {
  filter.kind = Number(target.value);
  refilter();
});

runs.addEventListener("change", () => {
  choose([]);
  load(held.runs[runs.selectedIndex]);
});
