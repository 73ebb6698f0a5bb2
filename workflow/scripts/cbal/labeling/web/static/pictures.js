// Owns the images of a question: fetches small pictures in packs, puts them into their tiles,
// replaces them by sharper ones where tiles are large, adds tiles as the page is scrolled, and
// fetches pictures of the next question ahead of time.

import { base, main, pictures, state, taste } from "./state.js";

const PAINT = 50; // milliseconds between the pictures in sight and the others
const LATER = 150; // milliseconds after a question until pictures of the next one are fetched
const TOGETHER = 30; // pictures in a request: one by one they take many times longer
const SHARP = 200; // pixels of the screen across a tile for which a small picture is too coarse
const AT_A_TIME = 8; // sharper pictures in a request: an answer must not wait for many
const images = new Map(); // elements that have their picture or wait for it, by sample
const sharp = []; // addresses of the sharper pictures of this question
const coarse = []; // tiles in sight that wait for a sharper picture
let sharpening = false;
let adding = null; // the tiles that are on their way

function fetchPictures(samples) {
  const missing = samples.filter((sample) => !images.has(sample));
  for (let at = 0; at < missing.length; at += TOGETHER) {
    const part = missing.slice(at, at + TOGETHER);
    const whole = unpacked(part, "small");
    part.forEach((sample, i) => {
      const image = whole.then((all) => all[i]);
      image.catch(() => images.delete(sample));
      images.set(sample, image);
    });
  }
}

// Resolves to image elements; null where a picture could not be made.
async function unpacked(samples, size) {
  const answer = await fetch(`${base}/images/${pictures}?size=${size}&samples=${samples.join(",")}`);
  if (!answer.ok) throw new TypeError(answer.statusText);
  const bytes = await answer.arrayBuffer();
  const view = new DataView(bytes);
  let at = 0;
  return samples.map(() => {
    const length = view.getUint32(at);
    const picture = new Blob([new Uint8Array(bytes, at + 4, length)], { type: "image/webp" });
    at += 4 + length;
    return length ? loading(picture) : null;
  });
}

function loading(picture) {
  const image = new Image();
  image.alt = "";
  image.draggable = false;
  image.src = URL.createObjectURL(picture);
  return image;
}

async function showPictures(shown) {
  const empty = shown.filter((tile) => !tile.firstChild);
  fetchPictures(empty.map((tile) => Number(tile.dataset.sample)));
  await Promise.all(
    empty.map(async (tile) => {
      try {
        const image = await images.get(Number(tile.dataset.sample));
        if (image) tile.replaceChildren(image.isConnected ? image.cloneNode() : image);
        else tile.classList.add("broken");
      } catch {
        tile.dataset.missing = "true"; // no answer: again with the next sign of life
      }
    }),
  );
}

// Replace the pictures in sight by sharper ones, if the tiles are large.
export function sharpen() {
  watcher.disconnect();
  const tile = main.querySelector(".grid .tile");
  if (!tile || tile.clientWidth * devicePixelRatio < SHARP) return;
  for (const tile of tiles()) if (!tile.dataset.sharp) watcher.observe(tile);
}

const watcher = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting || !target.querySelector("img")) continue;
    watcher.unobserve(target);
    coarse.push(target);
  }
  if (!sharpening) sharpenAll().catch(() => {}); // they stay as they are
});

async function sharpenAll() {
  sharpening = true;
  try {
    while (coarse.length) {
      const part = coarse.splice(0, AT_A_TIME).filter((tile) => tile.isConnected);
      if (!part.length) continue;
      const samples = part.map((tile) => Number(tile.dataset.sample));
      const finer = (await unpacked(samples, "medium")).filter(Boolean);
      await Promise.all(finer.map((image) => image.decode()));
      if (finer.length < part.length) continue;
      part.forEach((tile, i) => {
        sharp.push(finer[i].src);
        tile.replaceChildren(finer[i]);
        tile.dataset.sharp = "true";
      });
    }
  } finally {
    sharpening = false;
  }
}

// Show the pictures of a question, those in sight first, then `seen()`; then fetch those of the next.
export async function lookAhead(view, seen) {
  const shown = tiles();
  const wanted = new Set(shown.map((tile) => Number(tile.dataset.sample)).concat(view.ahead));
  for (const [sample, image] of images) {
    if (wanted.has(sample)) continue;
    images.delete(sample);
    image.then((it) => it && URL.revokeObjectURL(it.src)).catch(() => {});
  }
  sharp.splice(0).forEach((address) => URL.revokeObjectURL(address));
  const large = document.getElementById("large");
  if (large) await large.decode().catch(() => {});
  const bottom = document.getElementById("answers").getBoundingClientRect().top;
  const isLow = (tile) => tile.getBoundingClientRect().top > bottom;
  await showPictures(shown.filter((tile) => !isLow(tile)));
  seen();
  const low = shown.filter(isLow);
  if (low.length) {
    await new Promise((done) => setTimeout(done, PAINT));
    if (state.now === view) await showPictures(low);
  }
  sharpen();
  await new Promise((done) => setTimeout(done, LATER));
  if (state.now !== view) return;
  if (view.kind === "cluster") fetchPictures(view.ahead);
  else if (view.ahead.length) new Image().src = `${base}/image/${pictures}/large/${view.ahead[0]}`;
}

// Fetch again the pictures that are missing because the server did not answer.
export function showMissing() {
  const missing = tiles().filter((tile) => tile.dataset.missing);
  for (const tile of missing) delete tile.dataset.missing;
  if (missing.length) showPictures(missing);
}

// Errors of images do not bubble.
main.addEventListener(
  "error",
  (event) => event.target.closest(".tile, figure").classList.add("broken"),
  { capture: true },
);

// Add the tiles that come next; return whether there may be more.
async function add(view) {
  const grid = document.getElementById("grid");
  return (await fill(grid, view.step, view.interaction)) && tiles().length < view.size;
}

// Add the tiles that come next in a grid, of a question or of a group; return whether any came.
export async function fill(grid, step, interaction) {
  const { turned } = taste;
  const start = grid.childElementCount;
  const query = new URLSearchParams({ step, interaction, start });
  if (turned) query.set("turned", 1);
  const answer = await fetch(`${base}/tiles?${query}`);
  const html = answer.ok ? await answer.text() : "";
  if (!html || !grid.isConnected || turned !== taste.turned) return false;
  grid.insertAdjacentHTML("beforeend", html);
  main.dispatchEvent(new Event("tiles"));
  showPictures(tiles()).then(sharpen);
  return grid.childElementCount > start;
}

function addOnce(view) {
  adding ??= add(view).finally(() => {
    adding = null;
  });
  return adding;
}

// Add tiles until there are enough for somebody, or all are there.
export async function loadUntil(enough) {
  const view = state.now;
  if (view.groups.length) return; // a group's own button adds its tiles
  while (tiles().length < view.size && !enough(tiles()) && (await addOnce(view)));
}

// Add tiles when the end of those that are there comes near.
export function loadMore(view) {
  const more = document.getElementById("more");
  if (!more || more.hidden) return;
  const observer = new IntersectionObserver(
    async (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.unobserve(more);
      if (await addOnce(view).catch(() => true)) observer.observe(more);
      else more.hidden = true;
    },
    { rootMargin: "1500px" },
  );
  observer.observe(more);
}

export function tiles() {
  return Array.from(main.querySelectorAll(".tile"));
}
