// Owns the images that the person takes out of a cluster before it is labeled: one, or a range by
// Shift or by dragging. The choice outlives the page: the browser keeps it for the latest questions.

import { say } from "./messages.js";
import { loadUntil, tiles } from "./pictures.js";
import { asked, main, recall, remember, state, takenOut } from "./state.js";

const KEPT = 100; // questions whose choices the browser keeps
let anchor = null; // the tile where a range begins
let drag = null; // a range that is being dragged: its first tile, and what was taken out before
let led = null; // the image that the number of those taken out has led to last
let moved = false; // whether the mouse was dragged, so that its click is none

function sampleOf(tile) {
  return Number(tile.dataset.sample);
}

// Return the tiles from one to another; only the other one where they are not side by side.
function between(from, to) {
  const all = Array.from(to.parentElement.children);
  const ends = [all.indexOf(from), all.indexOf(to)];
  return ends[0] < 0 ? [to] : all.slice(Math.min(...ends), Math.max(...ends) + 1);
}

// Make a set of samples the ones that are taken out, and show that.
function put(excluded) {
  state.excluded = excluded;
  showOut();
  const all = recall("taken-out", []).filter(([of]) => of !== state.now.fingerprint);
  if (excluded.size) all.push([state.now.fingerprint, Array.from(excluded)]);
  remember("taken-out", all.slice(-KEPT));
}

// Show which images are taken out, and of how many the next answer is.
export function showOut() {
  const { excluded } = state;
  for (const tile of tiles()) {
    const out = String(excluded.has(sampleOf(tile)));
    if (tile.getAttribute("aria-pressed") !== out) tile.setAttribute("aria-pressed", out);
  }
  const out = takenOut().length;
  document.getElementById("taken-out").hidden = !out;
  document.getElementById("how-many").textContent = out;
  document.getElementById("covered").textContent = asked().size - out;
  const hint = document.getElementById("hint");
  if (hint) hint.hidden = recall("took-out", false);
}

// Return the samples that are taken out once some tiles are, or are put back.
function withTiles(excluded, some, out) {
  const samples = new Set(excluded);
  for (const tile of some) {
    if (out) samples.add(sampleOf(tile));
    else samples.delete(sampleOf(tile));
  }
  return samples;
}

// Take an image out of the cluster, or put it back; with `range` all from the one before do as that.
export function toggle(tile, range = false) {
  if (moved) return;
  const from = range && anchor?.isConnected ? anchor : tile;
  const is = state.excluded.has(sampleOf(from));
  const out = from === tile ? !is : is;
  remember("took-out", true);
  put(withTiles(state.excluded, between(from, tile), out));
  anchor = tile;
  const note = document.getElementById("taken-out");
  const left = note.hidden ? "" : note.textContent.replace(/\s+/g, " ").trim();
  say(`Image ${tile.dataset.number} ${out ? "taken out" : "put back"}. ${left}`);
}

// Show what was taken out of this question before, here or before the page was loaded again.
export function restore() {
  anchor = drag = led = null;
  if (state.now.kind !== "cluster") return;
  const kept = recall("taken-out", []).find(([of]) => of === state.now.fingerprint);
  state.excluded = new Set(kept ? kept[1] : []);
  showOut();
}

// Go to the next image that is taken out.
export async function lead() {
  const { now, excluded } = state;
  await loadUntil((all) => excluded.size <= all.filter((it) => excluded.has(sampleOf(it))).length);
  if (state.now !== now) return;
  const out = tiles().filter((tile) => excluded.has(sampleOf(tile)));
  const next = out[(out.findIndex((tile) => sampleOf(tile) === led) + 1) % out.length];
  if (!next) return;
  led = sampleOf(next);
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
}

main.addEventListener("tiles", showOut);

document.addEventListener("pointerdown", (event) => {
  const tile = event.target.closest(".tile");
  moved = false;
  if (!tile || event.pointerType === "touch" || event.button || event.shiftKey) return;
  drag = { tile, before: state.excluded, out: !state.excluded.has(sampleOf(tile)) };
});

document.addEventListener("pointerover", (event) => {
  const tile = drag && event.buttons === 1 && event.target.closest(".tile");
  if (!tile || tile.parentElement !== drag.tile.parentElement) return;
  if (tile === drag.tile && !moved) return;
  moved = true;
  anchor = tile;
  remember("took-out", true);
  put(withTiles(drag.before, between(drag.tile, tile), drag.out));
});

document.addEventListener("pointerup", () => {
  drag = null;
  // The click of this movement comes before the next task.
  setTimeout(() => {
    moved = false;
  });
});
