// Owns the class that is found, marked or newly typed, until it is an answer.

import { notify } from "./messages.js";
import { answer } from "./questions.js";
import { main, state } from "./state.js";

function options() {
  return Array.from(main.querySelectorAll(".class")).filter((option) => !option.hidden);
}

// Return the field that finds a class or takes a new one's name.
export function find() {
  return document.getElementById("find");
}

// Show the classes whose names contain what is typed, and offer it as a new class.
export function filter() {
  const typed = find().value.trim().replace(/\s+/g, " ");
  const wanted = typed.toLowerCase();
  let exact = false;
  for (const option of main.querySelectorAll(".class:not(.new)")) {
    option.hidden = wanted !== "" && !option.dataset.name.includes(wanted);
    exact = exact || option.dataset.name === wanted;
  }
  const added = document.getElementById("new-class");
  added.hidden = !typed || exact;
  added.querySelector("span").textContent = typed;
  state.sure = "";
  mark(typed ? 0 : -1);
}

// Mark the class at a place among those shown; the last one comes before the first one.
export function mark(place) {
  const shown = options();
  const marked = shown.length && place >= 0 ? (place + shown.length) % shown.length : -1;
  state.marked = marked;
  for (const option of main.querySelectorAll(".class")) {
    option.setAttribute("aria-selected", String(option === shown[marked]));
  }
  find().removeAttribute("aria-activedescendant");
  if (marked < 0) return;
  find().setAttribute("aria-activedescendant", shown[marked].id);
  shown[marked].scrollIntoView({ block: "nearest" });
}

// Answer with a class.
export function choose(option) {
  if (!option) return;
  if (option.id !== "new-class") {
    answer("label", { label: Number(option.dataset.label) });
    return;
  }
  answer("label", { class: find().value });
}

// Answer with what is marked, or else with the model's guess. A new class needs a second Enter, so
// that a wrong key does not add one.
export function enter() {
  const typed = find().value.trim();
  if (typed) {
    const option = options()[state.marked];
    if (option && option.id === "new-class" && state.sure !== typed) {
      state.sure = typed;
      notify(`Enter again adds the class “${typed}”.`);
      return;
    }
    choose(option);
    return;
  }
  const { guess } = document.getElementById("answers").dataset;
  if (guess !== "") answer("label", { label: Number(guess) });
}
