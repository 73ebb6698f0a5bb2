// Owns the way from image to image by arrows. It takes nothing out.

import { tiles } from "./pictures.js";

const AWAY = 4; // how much more a step aside counts than one ahead

// Go from image to image; return whether there are any.
export function walk(key) {
  const all = tiles();
  if (!all.length) return false;
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? all[0] : nearest(all, at, key);
  if (!next) return true;
  if (at >= 0) all[at].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  return true;
}

// Return the tile that is nearest in the direction of an arrow. From the end of a row, left and right
// lead on to the row before and after.
function nearest(all, at, key) {
  const upright = key === "ArrowUp" || key === "ArrowDown";
  const sign = key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1;
  const from = all[at].getBoundingClientRect();
  let best = null;
  let least = Infinity;
  for (const tile of all) {
    const to = tile.getBoundingClientRect();
    const [across, down] = [to.left - from.left, to.top - from.top];
    const ahead = sign * (upright ? down : across);
    const aside = Math.abs(upright ? across : down);
    if (ahead <= 1 || (!upright && aside >= from.height / 2)) continue;
    if (ahead + AWAY * aside < least) [best, least] = [tile, ahead + AWAY * aside];
  }
  return best || (upright ? null : all[at + sign]);
}
