// Owns the dialog that asks before a class is renamed, merged or deleted.

import { act } from "./review_changes.js";
import { filter, held, nameOf } from "./review_labels.js";

const dialog = document.getElementById("asking");
const name = document.getElementById("asking-name");
const other = document.getElementById("asking-class");
let pending = null; // makes what is sent from the dialog's fields

function open(title, text, yes, fields, make) {
  document.getElementById("asking-title").textContent = title;
  document.getElementById("asking-text").textContent = text;
  document.getElementById("asking-yes").textContent = yes;
  name.hidden = !fields.includes("name");
  other.hidden = !fields.includes("class");
  pending = make;
  dialog.returnValue = "";
  dialog.showModal();
}

function count() {
  const found = held.classes.find(([number]) => number === filter.label);
  return found[2] === 1 ? "1 image" : `${found[2].toLocaleString("en")} images`;
}

export function askRename() {
  name.value = nameOf(filter.label);
  const text = "Questions, labels and what you take away have the new name from now on.";
  open("Rename the class", text, "Rename", ["name"], () => ({ action: "rename", name: name.value }));
  name.select();
}

export function askMerge() {
  const others = held.classes.filter(([number]) => number !== filter.label);
  if (!others.length) return;
  other.replaceChildren(...others.map(([number, text]) => new Option(text, number)));
  const text = `The ${count()} labeled “${nameOf(filter.label)}” get this label instead:`;
  open("Merge the class into another one", text, "Merge", ["class"], () => ({
    action: "merge",
    into: Number(other.value),
  }));
}

export function askDelete() {
  const text = `The ${count()} labeled “${nameOf(filter.label)}” lose their label, and can be asked again.`;
  open("Delete the class", text, "Delete", [], () => ({ action: "delete" }));
}

dialog.addEventListener("close", () => {
  if (dialog.returnValue === "yes") act("/reclass", { number: filter.label, ...pending() });
});

// Enter in the field is yes: the form's first button.
dialog.addEventListener("keydown", (event) => event.stopPropagation());
