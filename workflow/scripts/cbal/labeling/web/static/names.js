// Owns the name of who labels: asks for it when the page is opened for the first time, and changes it.
// The browser keeps it in a cookie, which the server sets.

import { notify } from "./messages.js";
import { ask } from "./network.js";
import { next } from "./questions.js";
import { pauseLooking, resumeLooking } from "./state.js";

const dialog = document.getElementById("who");
const field = document.getElementById("who-name");
const button = document.getElementById("name-button");
const said = document.querySelector('meta[name="annotator"]');

// Ask who labels. The time of the question does not run meanwhile.
export function rename() {
  field.value = said.content;
  pauseLooking();
  dialog.returnValue = "";
  dialog.showModal();
  field.select();
}

async function keep(name) {
  const result = await ask("/name", { name });
  if (result.error) return notify(`Not taken: ${result.error}.`, true);
  said.content = result.name;
  delete said.dataset.ask;
  button.textContent = result.name || "Your name";
  await next(); // somebody of this name may be asked something else
}

// Escape is "without a name" when the page asks, and changes nothing later.
dialog.addEventListener("close", () => {
  resumeLooking();
  const first = "ask" in said.dataset;
  if (dialog.returnValue === "keep") keep(field.value);
  else if (dialog.returnValue === "nameless" || first) keep("");
});

// While it is open, keys are no answers.
for (const name of ["keydown", "keyup"]) {
  dialog.addEventListener(name, (event) => event.stopPropagation());
}

if ("ask" in said.dataset) rename();
