// Owns the keys: which key does what.

import { choose, enter, filter, find, mark } from "./classes.js";
import { flip, isOpen, pan, press, release, shut } from "./closer.js";
import { grow, resize, turn } from "./layout.js";
import { dismiss } from "./messages.js";
import { rename } from "./names.js";
import { answer, undo } from "./questions.js";
import { help, main, state } from "./state.js";
import { classOf, listKeys, showAll } from "./shortcuts.js";
import { fewer, split } from "./split.js";
import { lead, toggle } from "./taking.js";
import { walk } from "./walking.js";

// What keys and buttons do to the question.
export const ACTIONS = {
  help: () => {
    listKeys();
    help.showModal();
  },
  refuse: () => answer("refuse"),
  skip: () => answer("skip"),
  split: () => split(),
  fewer,
  undo,
  rename,
  lead,
  turn,
  larger: () => grow(1),
  smaller: () => grow(-1),
  fill: () => resize(null),
  read: dismiss,
  find: () => find().focus(),
  classes: showAll,
  enlarge: () => flip(document.getElementById("picture")),
};
// What a character does unless a name is being typed. "=" is "+" without Shift on many keyboards.
const CHARACTERS = {
  "-": "refuse",
  ",": "split",
  ";": "fewer",
  ".": "skip",
  "/": "find",
  "*": "turn",
  "+": "larger",
  "=": "larger",
  _: "smaller",
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || event.isComposing) return;
  if (event.key === "?") return done(event, ACTIONS.help);
  if (event.key === " " && event.repeat && isOpen()) return event.preventDefault();
  if (!state.now || event.repeat) return;
  if (state.now.view !== "question") {
    if (event.key === "Backspace") done(event, undo);
    return;
  }
  const field = find();
  const typing = field.value !== "" || document.activeElement === field;
  // Enter is the answer also after a click on an image; Space takes it out.
  const onButton = document.activeElement.matches("button:not(.tile, #picture)");
  const onSlider = document.activeElement.id === "size";
  if (event.key === "Escape") {
    if (isOpen()) return shut();
    if (!typing && dismiss()) return;
    field.value = "";
    filter();
    main.focus({ preventScroll: true });
  } else if (event.key === "Enter") {
    if (!onButton) done(event, enter);
  } else if (event.key === " ") {
    if (!typing && !onButton && press()) event.preventDefault();
  } else if (event.key.startsWith("Arrow")) {
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (typing && down) done(event, () => mark(state.marked + down));
    else if (!typing && (pan(event.key) || (!onSlider && walk(event.key)))) event.preventDefault();
  } else if (typing) {
    if (event.key.length === 1 && document.activeElement !== field) field.focus();
  } else if (event.key === "Backspace") {
    done(event, undo);
  } else if (event.key in CHARACTERS) {
    done(event, ACTIONS[CHARACTERS[event.key]]);
  } else if (event.key.length === 1) {
    const option = classOf(event.key);
    if (option) done(event, () => choose(option));
    else field.focus(); // the key goes there
  }
}

function done(event, action) {
  event.preventDefault();
  action();
}

document.addEventListener("keydown", onKey);
document.addEventListener("keyup", (event) => {
  if (event.key !== " ") return;
  const onButton = document.activeElement.matches("button:not(.tile, #picture)");
  if (!onButton) event.preventDefault(); // no click: Space has its own meaning there
  const tile = release();
  if (tile) toggle(tile);
});
