// Starts the review, and owns its clicks and keys: which button or key does what.

import { flip, isOpen, isSwallowed, shut } from "./closer.js";
import { dismiss, notify, tell } from "./messages.js";
import { act, correct, open, undo } from "./review_changes.js";
import { askDelete, askMerge, askRename } from "./review_asking.js";
import { held, isWhole } from "./review_labels.js";
import { focused, go, toggle } from "./review_sheet.js";
import { choose, chosenCluster, target } from "./review_choice.js";
import { keyed, typed } from "./review_shelves.js";
import "./review_questions.js";
import { first } from "./state.js";

const ACTIONS = {
  undo,
  read: dismiss,
  all: () => isWhole() && choose(held.shown.map((row) => held.sample[row])),
  none: () => choose([]),
  clear: () => correct({ action: "clear" }),
  cluster: () => {
    const event = chosenCluster();
    if (event) act("/correct", { action: "clear", cluster: event });
  },
  rename: askRename,
  merge: askMerge,
  delete: askDelete,
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || isSwallowed()) return;
  if (button.classList.contains("tile")) toggle(button, event.shiftKey);
  else if (button.dataset.label) correct({ action: "relabel", label: Number(button.dataset.label) });
  else if (button.dataset.action) ACTIONS[button.dataset.action]();
});

function onKey(event) {
  if (event.metaKey || event.altKey || document.getElementById("asking").open) return;
  const field = event.target.closest("input[type=text], select");
  if (field) return onTyping(event, field);
  if (event.ctrlKey) {
    if (event.key === "a") done(event, ACTIONS.all);
    return;
  }
  const onButton = event.target.closest("button:not(.tile), a, [type=radio]");
  if (event.key === "Escape") {
    if (isOpen()) shut();
    else if (!dismiss()) ACTIONS.none();
  } else if (event.key.startsWith("Arrow") || ["Home", "End", "PageUp", "PageDown"].includes(event.key)) {
    if (!event.target.matches("[type=radio]")) done(event, () => go(event.key, event.shiftKey));
  } else if (event.key === " " && !onButton && focused()) {
    done(event, () => toggle(focused(), event.shiftKey));
  } else if (event.key === "Enter" && !onButton && focused()) {
    done(event, () => flip(focused()));
  } else if (event.key === "Backspace") {
    done(event, undo);
  } else if (event.key === "-" && target().length) {
    done(event, ACTIONS.clear);
  } else if (event.key === "/" && target().length) {
    done(event, () => document.getElementById("to").focus());
  } else if (keyed(event.key) !== undefined && target().length) {
    done(event, () => correct({ action: "relabel", label: keyed(event.key) }));
  }
}

function onTyping(event, field) {
  if (event.key === "Escape") {
    field.value = "";
    field.blur();
  } else if (event.key === "Enter" && field.id === "to" && field.value.trim()) {
    done(event, () => {
      const said = typed(field);
      if (said) correct({ action: "relabel", ...said });
      else notify(`Enter again adds the class “${field.value.trim()}”.`);
    });
  }
}

function done(event, action) {
  event.preventDefault();
  action();
}

document.addEventListener("keydown", onKey);
open(first).catch((error) => tell(String(error)));
