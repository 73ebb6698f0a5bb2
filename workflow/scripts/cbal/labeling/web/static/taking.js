// Owns the images that the person takes out of a cluster before it is labeled, and the way from
// image to image by arrows.

import { tiles } from "./pictures.js";
import { say, state } from "./state.js";

// Take an image out of the cluster, or put it back.
export function toggle(tile) {
  const { now, excluded } = state;
  const sample = Number(tile.dataset.sample);
  const out = !excluded.has(sample);
  if (out) excluded.add(sample);
  else excluded.delete(sample);
  tile.setAttribute("aria-pressed", String(out));
  const note = document.getElementById("taken-out");
  note.hidden = !excluded.size;
  note.textContent = `${excluded.size} taken out; the answer covers the other ${now.size - excluded.size}.`;
  say(`Image ${tile.dataset.number} ${out ? "taken out" : "put back"}. ${note.hidden ? "" : note.textContent}`);
}

// Go from image to image; return whether there are any.
export function walk(key) {
  const all = tiles();
  if (!all.length) return false;
  const at = all.indexOf(document.activeElement);
  let to = 0;
  if (at >= 0) {
    const top = all[0].offsetTop;
    const columns = Math.max(1, all.filter((tile) => tile.offsetTop === top).length);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
    to = at + step;
    if (to < 0 || to >= all.length) return true;
    all[at].tabIndex = -1;
  }
  all[to].tabIndex = 0;
  all[to].focus();
  return true;
}
