// Starts the page, and owns its clicks: which button does what. The page loads this module; it
// imports the others.

import { choose, filter } from "./classes.js";
import { ACTIONS } from "./keys.js";
import { next, show } from "./questions.js";
import { first, help, tell } from "./state.js";
import { toggle } from "./taking.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.id === "help-button") help.showModal();
  else if (button.classList.contains("tile")) toggle(button);
  else if (button.classList.contains("class")) choose(button);
  else if (button.dataset.action) ACTIONS[button.dataset.action]();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "find") filter();
});

if (first.page) show(first);
else next().catch((error) => tell(String(error)));
