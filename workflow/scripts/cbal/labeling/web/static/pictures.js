// Owns the images of a question: fetches small pictures in packs, puts them into their tiles,
// adds tiles as the page is scrolled, and fetches pictures of the next question ahead of time.

import { main, pictures, same, state } from "./state.js";

const PAINT = 50; // milliseconds between the pictures in sight and the others
const LATER = 150; // milliseconds after a question until pictures of the next one are fetched
const TOGETHER = 30; // pictures in a request: one by one they take many times longer
const images = new Map(); // elements that have their picture or wait for it, by sample

function fetchPictures(samples) {
  const missing = samples.filter((sample) => !images.has(sample));
  for (let at = 0; at < missing.length; at += TOGETHER) {
    const part = missing.slice(at, at + TOGETHER);
    const whole = unpacked(part);
    part.forEach((sample, i) => {
      const image = whole.then((all) => all[i]);
      image.catch(() => images.delete(sample));
      images.set(sample, image);
    });
  }
}

// Resolves to image elements; null where a picture could not be made.
async function unpacked(samples) {
  const answer = await fetch(`/images/${pictures}?samples=${samples.join(",")}`);
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

// Show the pictures of a question, those in sight first; then fetch those of the next one.
export async function lookAhead(view) {
  const shown = tiles();
  const wanted = new Set(shown.map((tile) => Number(tile.dataset.sample)).concat(view.ahead));
  for (const [sample, image] of images) {
    if (wanted.has(sample)) continue;
    images.delete(sample);
    image.then((it) => it && URL.revokeObjectURL(it.src)).catch(() => {});
  }
  const bottom = document.getElementById("answers").getBoundingClientRect().top;
  const low = shown.findIndex((tile) => tile.getBoundingClientRect().top > bottom);
  await showPictures(low < 0 ? shown : shown.slice(0, low));
  if (low >= 0) {
    await new Promise((done) => setTimeout(done, PAINT));
    if (state.now === view) await showPictures(shown.slice(low));
  }
  await new Promise((done) => setTimeout(done, LATER));
  if (state.now !== view) return;
  if (view.kind === "cluster") fetchPictures(view.ahead);
  else if (view.ahead.length) new Image().src = `/image/${pictures}/large/${view.ahead[0]}.webp`;
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

// Add tiles when the end of those that are there comes near.
export function loadMore(view) {
  const more = document.getElementById("more");
  if (!more || more.hidden) return;
  let loading = false;
  const observer = new IntersectionObserver(
    async (entries) => {
      if (loading || !entries.some((entry) => entry.isIntersecting)) return;
      loading = true;
      const start = tiles().length;
      const query = new URLSearchParams({ step: view.step, interaction: view.interaction, start });
      try {
        const html = await (await fetch(`/tiles?${query}`)).text();
        if (!same(state.now, view)) return;
        document.getElementById("grid").insertAdjacentHTML("beforeend", html);
        showPictures(tiles().slice(start));
      } finally {
        loading = false;
      }
      if (tiles().length >= view.size || tiles().length === start) {
        more.hidden = true;
        observer.disconnect();
      } else {
        observer.unobserve(more);
        observer.observe(more);
      }
    },
    { rootMargin: "1500px" },
  );
  observer.observe(more);
}

export function tiles() {
  return Array.from(main.querySelectorAll(".tile"));
}
