// Starts the page, and owns its clicks: which button does what. The page loads this module; it
// imports the others.

import { choose, filter } from "./classes.js";
import { isSwallowed } from "./closer.js";
import { ACTIONS } from "./keys.js";
import { tell } from "./messages.js";
import "./names.js";
import { next, show } from "./questions.js";
import { first, taste } from "./state.js";
import { toggle } from "./taking.js";
import "./texts.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (isSwallowed() || !button) return;
  if (button.classList.contains("tile")) toggle(button, event.shiftKey);
  else if (button.classList.contains("class")) choose(button);
  else if (button.dataset.action) ACTIONS[button.dataset.action]();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "find") filter();
});

// The question that comes with the page is made for who likes everything as usual.
const usual = Object.values(taste).every((it) => !it);
if (first.page && usual) show(first);
else next().catch((error) => tell(String(error)));
