// Owns how the images of a cluster lie in the window: their size, which fills it unless the person
// chooses one, and which end of the cluster comes first.

import { redraw } from "./questions.js";
import { sharpen } from "./pictures.js";
import { main, recall, remember, state, taste } from "./state.js";

// Groups have one each, of the same width; those that are done may show none.
const GRID = "#grid, .part:not(.done) .grid";
const GAP = 6; // pixels between tiles, as in the style
const SIDES = { least: 48, ofGroups: 88, usual: 112, most: 400 }; // pixels of a tile
const STEP = 1.25; // how much larger or smaller at a key
const BELOW = 16; // pixels under the last row
const NOTE = 32; // pixels of the line that says how many are taken out, which may come

// Return the largest side of n tiles that all fit.
function filling(n, width, height) {
  let best = 0;
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns);
    const side = [width - (columns - 1) * GAP, height - (rows - 1) * GAP];
    best = Math.max(best, Math.min(side[0] / columns, side[1] / rows));
  }
  return best;
}

// Return the side at which as many tiles of about a wanted side fill a row.
function spread(wanted, width) {
  const columns = Math.max(1, Math.floor((width + GAP) / (wanted + GAP)));
  return (width - (columns - 1) * GAP) / columns;
}

// Return the pixels between the top of an element and the answers, before anything is scrolled.
function below(element) {
  const top = element.getBoundingClientRect().top + window.scrollY;
  const note = document.getElementById("taken-out").hidden ? NOTE : 0;
  return innerHeight - document.getElementById("answers").offsetHeight - note - top - BELOW;
}

function side(grid, strip) {
  const width = grid.clientWidth;
  const chosen = recall("tile", null);
  if (chosen) return spread(chosen, width);
  if (state.now.groups.length) return spread(SIDES.ofGroups, width);
  const height = below(grid);
  const n = state.now.size - (strip ? strip.childElementCount : 0);
  const usual = Math.min(SIDES.usual, (width - 2 * GAP) / 3); // three in a row on a phone
  const whole = filling(n, width, height);
  return whole >= usual ? Math.min(whole, SIDES.most) : spread(usual, width);
}

// Give the tiles of the question that is shown their size.
export function arrange() {
  const grid = main.querySelector(GRID);
  if (!grid || !state.now) return;
  const strip = document.getElementById("strip");
  if (strip) {
    const rows = strip.childElementCount / 2;
    const most = Math.floor(below(strip) / rows - GAP);
    strip.style.setProperty("--strip", `${Math.max(SIDES.least, Math.min(most, SIDES.usual))}px`);
  }
  const pixels = Math.floor(side(grid, strip));
  for (const each of main.querySelectorAll(".grid")) each.style.setProperty("--tile", `${pixels}px`);
  const slider = document.getElementById("size");
  if (slider) {
    slider.value = recall("tile", null) || pixels;
    document.getElementById("usual-size").hidden = !recall("tile", null);
  }
  sharpen();
}

// Make the tiles as large as wanted; null lets them fill the window.
export function resize(pixels) {
  const { least, most } = SIDES;
  remember("tile", pixels && Math.round(Math.max(least, Math.min(pixels, most))));
  arrange();
}

// Make the tiles larger (1) or smaller (-1).
export function grow(by) {
  const grid = main.querySelector(GRID);
  if (!grid) return;
  resize((recall("tile", null) || parseFloat(grid.style.getPropertyValue("--tile"))) * STEP ** by);
}

// Let the other end of the cluster come first, here and in the questions to come.
export function turn() {
  if (!main.querySelector(".grid")) return;
  taste.turned = !taste.turned;
  remember("turned", taste.turned);
  redraw();
}

addEventListener("resize", arrange);
main.addEventListener("input", (event) => {
  if (event.target.id === "size") resize(Number(event.target.value));
});
