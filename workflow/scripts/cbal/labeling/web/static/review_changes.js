// Owns what is sent to the server: corrections, their undoing, and looks for what others changed.

import { notify, goOn } from "./messages.js";
import { ask } from "./network.js";
import { begin, worked } from "./review_clock.js";
import { choose, keep, target } from "./review_choice.js";
import { held, hold, isWhole } from "./review_labels.js";
import { know } from "./review_pictures.js";
import { draw } from "./review_sheet.js";
import { list } from "./review_shelves.js";
import { newName } from "./state.js";

let sending = false;
let times = 0; // that something was shown

// Show the labels that came with the page, then all.
export async function open({ labels, told }) {
  know(labels.sample, told);
  show(labels);
  if (!isWhole()) await load(held.run);
}

// Get all labels of a run and show them, unless a change has brought newer ones meanwhile.
export async function load(run) {
  const before = times;
  const said = await ask("/labels", { run });
  if (said.error) return notify(`The labels cannot be shown: ${said.error}.`, true);
  if (times === before) show(said);
}

// Send a change and show what it makes of the labels; return whether it was taken.
export async function act(path, said) {
  if (sending) return false;
  sending = true;
  document.body.classList.add("sending");
  try {
    // The key tells the server that a request is the same one, sent again after a lost reply.
    const about = { run: held.run, seconds: worked(), key: newName() };
    const result = await ask(path, { ...about, ...said });
    if (result.error) {
      notify(`Not taken: ${result.error}.`, true);
      await load(held.run); // the labels or classes may have changed elsewhere
      return false;
    }
    goOn();
    begin();
    show(result);
    return true;
  } finally {
    sending = false;
    document.body.classList.remove("sending");
  }
}

// Correct the labels of what is chosen.
export async function correct(said) {
  const samples = target();
  if (!samples.length) return;
  if (await act("/correct", { samples, ...said })) choose([]);
}

// Undo the person's last change.
export async function undo() {
  const { undo: what } = held;
  if (!what) return notify("There is no change of yours to undo.");
  if (await act("/restore", {})) notify(`Undone: ${what}.`);
}

function show(said) {
  times += 1;
  hold(said);
  list();
  draw(true);
  keep();
}
