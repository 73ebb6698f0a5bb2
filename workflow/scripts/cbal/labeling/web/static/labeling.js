// Starts the page, and owns its keys and clicks: which key or button does what. The page loads
// this module; it imports the others.

import { choose, enter, filter, find, mark, toggle, walk } from "./choices.js";
import { answer, next, show, undo } from "./questions.js";
import { first, help, main, state, tell } from "./state.js";
import "./texts.js";

const ACTIONS = { refuse: () => answer("refuse"), skip: () => answer("skip"), undo };

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || event.isComposing) return;
  if (event.key === "?") return done(event, () => help.showModal());
  if (!state.now || event.repeat) return;
  if (state.now.view !== "question") {
    if (event.key === "Backspace") done(event, undo);
    return;
  }
  const field = find();
  const typing = field.value !== "" || document.activeElement === field;
  // Enter is the answer also after a click on an image; Space takes it out.
  const onButton = document.activeElement.matches("button:not(.tile)");
  if (event.key === "Escape") {
    field.value = "";
    filter();
    main.focus({ preventScroll: true });
  } else if (event.key === "Enter") {
    if (!onButton) done(event, enter);
  } else if (event.key.startsWith("Arrow")) {
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (typing && down) done(event, () => mark(state.marked + down));
    else if (!typing && walk(event.key)) event.preventDefault();
  } else if (!typing && event.key === "Backspace") {
    done(event, undo);
  } else if (!typing && event.key === "-") {
    done(event, ACTIONS.refuse);
  } else if (!typing && event.key === ".") {
    done(event, ACTIONS.skip);
  } else if (!typing && /^[0-9]$/.test(event.key)) {
    const option = main.querySelector(`.class[data-key="${event.key}"]`);
    if (option) done(event, () => choose(option));
  } else if (event.key.length === 1 && event.key !== " " && document.activeElement !== field) {
    field.focus(); // the key goes there
  }
}

function done(event, action) {
  event.preventDefault();
  action();
}

document.addEventListener("keydown", onKey);

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
