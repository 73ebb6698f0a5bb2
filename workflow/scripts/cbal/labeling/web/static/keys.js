// Owns the keys: which key does what.

import { choose, enter, filter, find, mark } from "./classes.js";
import { answer, undo } from "./questions.js";
import { help, main, state } from "./state.js";
import { walk } from "./taking.js";

// What keys and buttons do to the question.
export const ACTIONS = { refuse: () => answer("refuse"), skip: () => answer("skip"), undo };

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
