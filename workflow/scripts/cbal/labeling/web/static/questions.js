// Owns the question that this page has: asks for it, shows it, keeps it with signs of life, and
// sends its answer. What the person chooses comes from classes.js and taking.js.

import { shut } from "./closer.js";
import { arrange } from "./layout.js";
import { goOn, notify, say, tell } from "./messages.js";
import { ask, postLast } from "./network.js";
import { lookAhead, loadMore, showMissing } from "./pictures.js";
import {
  asked,
  begin,
  first,
  looked,
  main,
  newName,
  pauseLooking,
  resumeLooking,
  same,
  state,
  takenOut,
} from "./state.js";
import { showKeys } from "./shortcuts.js";
import { beginGroups } from "./split.js";
import { restore } from "./taking.js";

const TOO_SOON = 150; // milliseconds that the images are in sight before an answer is meant
const AT_LATEST = 3000; // milliseconds until the question can be answered though images are missing
const BEAT = 2000; // milliseconds between signs of life
const WAIT = 250; // milliseconds between two looks for the next question
let timer = 0;

// Ask for the question that comes now, or for what there is instead, and show it.
export async function next() {
  const view = await ask("/next", {});
  if (view.view) show(view);
  else tell(`The workflow's page fails: ${view.error}`);
}

// Tell the server that the question is still open here; where there is none, look for one.
async function beat() {
  const { now } = state;
  if (!now || state.sending) return;
  if (now.view !== "question") return next();
  const { step, interaction } = now;
  const { yours } = await ask("/beat", { step, interaction });
  showMissing();
  const still = state.now && same(state.now, now);
  if (still && !state.sending && yours === false) await next();
}

function keepAlive() {
  clearTimeout(timer);
  const pause = state.now && state.now.view === "question" ? BEAT : WAIT;
  timer = setTimeout(async () => {
    try {
      await beat();
    } finally {
      keepAlive();
    }
  }, pause);
}

// Send what changes the journal, and show what it answers; return whether it was taken.
export async function send(path, said) {
  if (state.sending || !state.now) return false;
  state.sending = true;
  document.body.classList.add("sending");
  try {
    // The key tells the server that a request is the same one, sent again after a lost reply.
    const result = await ask(path, { key: newName(), ...said });
    if (result.view) {
      state.now = null; // so that the same question, too, is shown anew
      show(result);
      if (result.late) notify("Somebody else was faster: your answer is kept beside theirs.", true);
      return true;
    }
    // Somebody was faster, or the answers are handed on: the journal keeps what it has.
    notify(`Not taken: ${result.error}.`, true);
    if (result.status === 409) await next();
    return false;
  } finally {
    state.sending = false;
    document.body.classList.remove("sending");
  }
}

// Answer the question, or a group of it: label, refuse or skip.
export async function answer(action, more) {
  const { now, part } = state;
  if (!now || now.view !== "question" || !document.body.dataset.answerable) return;
  const { interaction, size } = asked();
  const excluded = takenOut();
  const said = { step: now.step, interaction, action, ...more };
  if (action === "label" && excluded.length) {
    said.excluded = excluded;
    if (excluded.length === size) {
      return notify(`Every image is taken out: refuse the ${part ? "group" : "cluster"}.`);
    }
  }
  goOn();
  state.latest = interaction;
  const taken = await send("/answer", { ...said, seconds: looked() });
  const isLast = part && now.groups.filter((group) => !group.answered).length === 1;
  if (taken && isLast && action !== "skip") {
    notify(`The split cluster took ${now.groups.length + 1} answers.`);
  }
}

// Take back the last answer.
export async function undo() {
  const { now } = state;
  if (!now || now.step === null || now.step === undefined) return;
  const taken = await send("/undo", { step: now.step });
  if (taken) notify("Your last answer is taken back. This is its question again.");
}

// Let the question be answered once its images were in sight for a moment: a key that was meant for
// the question before does not label this one.
function allow(view) {
  setTimeout(() => {
    if (state.now && same(state.now, view)) document.body.dataset.answerable = "true";
  }, TOO_SOON);
}

// Show the question again, as the person likes it now.
export async function redraw() {
  const { now } = state;
  const view = await ask("/next", {});
  if (!now || state.now !== now || view.view !== "question" || !same(view, now)) return show(view);
  state.now = view;
  main.innerHTML = view.html;
  return lay(view);
}

// Whether views of one question have it in the same groups, with the same answers.
function alike(view, other) {
  return JSON.stringify(view.groups) === JSON.stringify(other.groups);
}

// Show a view: a question, or what there is instead of one.
export function show(view) {
  const { now } = state;
  const again = now && view.view === now.view && same(view, now) && alike(view, now);
  const here = view === first; // its HTML is in the page
  if (!here) document.getElementById("status").innerHTML = view.status;
  if (again && (view.view === "question" || view.html === now.html)) {
    state.now = view;
    return;
  }
  shut();
  delete document.body.dataset.answerable;
  begin(view);
  if (!here) main.innerHTML = view.html;
  document.body.dataset.view = view.view;
  document.body.dataset.kind = view.kind || "";
  document.body.dataset.question = `${view.step}/${view.interaction}`;
  window.scrollTo(0, 0);
  const title = main.querySelector("h1").textContent;
  say(view.view === "question" ? `${title}. ${text(".hints")}` : title);
  if (view.view === "question") lay(view);
  keepAlive();
}

// Lay out the question whose HTML is in the page.
function lay(view) {
  if (!matchMedia("(pointer: coarse)").matches) main.focus({ preventScroll: true });
  restore();
  showKeys();
  arrange();
  beginGroups();
  // What is missing then is fetched when it is shown.
  lookAhead(view, () => allow(view)).catch(() => {});
  setTimeout(allow, AT_LATEST, view);
  loadMore(view);
}

function text(selector) {
  const found = main.querySelector(selector);
  return found ? found.textContent.replace(/\s+/g, " ").trim() : "";
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    pauseLooking();
  } else {
    resumeLooking();
    beat().catch(() => {});
  }
});

window.addEventListener("pagehide", () => {
  postLast("/leave");
});
