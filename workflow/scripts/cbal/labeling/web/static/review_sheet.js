// Owns the sheet of labeled images: only the tiles in view, and a few rows around them, are in the
// document. It knows which tile has the focus, and chooses tiles by click, range and keys.

import { add, chosen, onChoice } from "./review_choice.js";
import { held, isWhole, nameOf } from "./review_labels.js";
import { picture, prune, words } from "./review_pictures.js";

const GAP = 6; // pixels between tiles
const SIDE = { least: 96, usual: 128 }; // pixels of a picture
const LINES = 40; // pixels of the words below it
const AROUND = 3; // rows above and below the view that are in the document
const viewport = document.getElementById("viewport");
const sheet = document.getElementById("sheet");
const tiles = new Map(); // by place among those shown
let columns = 1;
let width = SIDE.usual;
let place = 0; // of the tile with the focus
let anchor = 0; // where a range begins
let asked = 0; // the frame that draws next

function measure() {
  const across = sheet.clientWidth;
  const usual = Math.max(SIDE.least, Math.min(SIDE.usual, (across - 2 * GAP) / 3));
  columns = Math.max(1, Math.floor((across + GAP) / (usual + GAP)));
  width = Math.floor((across - (columns - 1) * GAP) / columns);
}

function height() {
  return width + LINES + GAP;
}

// Show the labels that pass the filter; from the top, unless the place is kept.
export function draw(stay = false) {
  measure();
  for (const tile of tiles.values()) tile.remove();
  tiles.clear();
  place = Math.min(stay ? place : 0, Math.max(held.shown.length - 1, 0));
  anchor = Math.min(stay ? anchor : 0, place);
  sheet.style.setProperty("height", `${Math.ceil(held.shown.length / columns) * height()}px`);
  sheet.setAttribute("aria-busy", String(!isWhole()));
  sheet.style.setProperty("--side", `${width}px`);
  if (!stay) viewport.scrollTop = 0;
  fill();
}

// Put the tiles in view into the document, and take the others out.
function fill() {
  asked = 0;
  const first = Math.max(0, Math.floor(viewport.scrollTop / height()) - AROUND) * columns;
  const rows = Math.ceil(viewport.clientHeight / height()) + 2 * AROUND;
  const last = Math.min(held.shown.length, first + rows * columns);
  for (const [at, tile] of tiles) {
    if (at >= first && at < last) continue;
    tile.remove();
    tiles.delete(at);
  }
  const wanted = [];
  for (let at = first; at < last; at++) {
    if (!tiles.has(at)) tiles.set(at, make(at));
    wanted.push(held.sample[held.shown[at]]);
  }
  prune(wanted);
}

function make(at) {
  const row = held.shown[at];
  const sample = held.sample[row];
  const tile = document.createElement("button");
  tile.type = "button";
  tile.className = "tile label";
  tile.setAttribute("role", "option");
  tile.dataset.sample = sample;
  tile.dataset.place = at;
  tile.tabIndex = at === place ? 0 : -1;
  tile.setAttribute("aria-setsize", held.shown.length);
  tile.setAttribute("aria-posinset", at + 1);
  const x = (at % columns) * (width + GAP);
  tile.style.setProperty("transform", `translate(${x}px, ${Math.floor(at / columns) * height()}px)`);
  const shown = document.createElement("span");
  shown.className = "shows";
  const said = document.createElement("span");
  said.className = "said";
  said.textContent = nameOf(held.label[row]);
  const doubt = document.createElement("span");
  doubt.className = "doubts";
  const other = held.guess[row] >= 0 && held.guess[row] !== held.label[row];
  if (other) doubt.textContent = `model: ${nameOf(held.guess[row])}`;
  tile.append(shown, said, doubt);
  if (held.kind[row]) tile.classList.add("of-cluster");
  tile.setAttribute("aria-selected", String(chosen.has(sample)));
  picture(sample, shown);
  words(sample, (name, text) => {
    tile.title = name;
    const of = held.kind[row] ? ", by a cluster" : "";
    tile.setAttribute("aria-label", `${text || name}: ${said.textContent}${of}. ${doubt.textContent}`);
    if (text !== null) shown.textContent = text;
  });
  sheet.append(tile);
  return tile;
}

// Return the tile with the focus.
export function focused() {
  return document.activeElement.closest("#sheet .tile");
}

// Choose a tile or let it go; with `range` all from the one before.
export function toggle(tile, range = false) {
  const at = Number(tile.dataset.place);
  const sample = Number(tile.dataset.sample);
  const rows = range ? held.shown.slice(Math.min(anchor, at), Math.max(anchor, at) + 1) : null;
  if (rows) add(rows.map((row) => held.sample[row]), true);
  else add([sample], !chosen.has(sample));
  anchor = range ? anchor : at;
  aim(at);
}

function aim(at) {
  const before = tiles.get(place);
  if (before) before.tabIndex = -1;
  place = at;
  const tile = tiles.get(at);
  if (tile) tile.tabIndex = 0;
}

// Go to another tile by a key; with `range` choose all on the way.
export function go(key, range) {
  const count = held.shown.length;
  if (!count) return;
  const page = Math.max(1, Math.floor(viewport.clientHeight / height())) * columns;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  Object.assign(by, { PageUp: -page, PageDown: page, Home: -count, End: count });
  const at = focused() ? Math.max(0, Math.min(place + by[key], count - 1)) : place;
  const top = Math.floor(at / columns) * height();
  const end = top + height() - viewport.clientHeight;
  if (viewport.scrollTop > top) viewport.scrollTop = top;
  else if (viewport.scrollTop < end) viewport.scrollTop = end;
  fill();
  aim(at);
  tiles.get(at).focus({ preventScroll: true });
  if (range) toggle(tiles.get(at), true);
  else anchor = at;
}

onChoice(() => {
  for (const tile of tiles.values()) {
    const is = String(chosen.has(Number(tile.dataset.sample)));
    if (tile.getAttribute("aria-selected") !== is) tile.setAttribute("aria-selected", is);
  }
});

viewport.addEventListener("scroll", () => {
  asked ||= requestAnimationFrame(fill);
});
new ResizeObserver(() => {
  const before = width;
  measure();
  if (width !== before) draw(true);
  else fill();
}).observe(viewport);
