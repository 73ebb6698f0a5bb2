// Owns the question that this page has: asks for it, shows it, keeps it with signs of life, and
// sends its answer. What the person chooses comes from classes.js and taking.js.

import { ask, postLast } from "./network.js";
import { lookAhead, loadMore, showMissing } from "./pictures.js";
import {
  begin,
  complain,
  first,
  looked,
  main,
  newName,
  pauseLooking,
  resumeLooking,
  same,
  say,
  state,
  tell,
} from "./state.js";

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

async function send(path, said) {
  if (state.sending || !state.now) return;
  state.sending = true;
  document.body.classList.add("sending");
  try {
    // The key tells the server that a request is the same one, sent again after a lost reply.
    const result = await ask(path, { key: newName(), ...said });
    if (result.view) {
      state.now = null; // so that the same question, too, is shown anew
      show(result);
    } else {
      // Somebody was faster, or the answers are handed on: the journal keeps what it has.
      say(result.error || "");
      tell(result.error ? `Not taken: ${result.error}.` : "", 4000);
      if (result.status === 409) await next();
    }
  } finally {
    state.sending = false;
    document.body.classList.remove("sending");
  }
}

// Answer the question: label, refuse or skip.
export function answer(action, more) {
  const { now, excluded } = state;
  if (!now || now.view !== "question") return;
  const said = { step: now.step, interaction: now.interaction, action, ...more };
  if (action === "label" && excluded.size) {
    said.excluded = Array.from(excluded);
    if (excluded.size === now.size) {
      return complain("Every image is taken out: refuse the cluster.");
    }
  }
  send("/answer", { ...said, seconds: looked() });
}

// Take back the last answer.
export function undo() {
  const { now } = state;
  if (now && now.step !== null && now.step !== undefined) send("/undo", { step: now.step });
}

// Show a view: a question, or what there is instead of one.
export function show(view) {
  const { now } = state;
  const again = now && view.view === now.view && same(view, now);
  const here = view === first; // its HTML is in the page
  if (!here) document.getElementById("status").innerHTML = view.status;
  if (again && (view.view === "question" || view.html === now.html)) {
    state.now = view;
    return;
  }
  begin(view);
  if (!here) main.innerHTML = view.html;
  document.body.dataset.view = view.view;
  document.body.dataset.kind = view.kind || "";
  document.body.dataset.question = `${view.step}/${view.interaction}`;
  window.scrollTo(0, 0);
  const title = main.querySelector("h1").textContent;
  say(view.view === "question" ? `${title}. ${text(".hints")}` : title);
  if (view.view !== "question") return keepAlive();
  if (!matchMedia("(pointer: coarse)").matches) main.focus({ preventScroll: true });
  lookAhead(view).catch(() => {}); // what is missing then is fetched when it is shown
  loadMore(view);
  keepAlive();
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
