// Owns the pictures and the words of labeled images: fetches those of the tiles in view together, and
// forgets the ones that were out of view for longest.

import { ask } from "./network.js";
import { base, pictures } from "./state.js";

const TOGETHER = 30; // pictures in a request
const KEPT = 600; // pictures that are kept
const SOON = 30; // milliseconds in which requests are gathered: a fast scroll asks for few
const known = new Map(); // address of a picture ("" if there is none), by sample; latest last
const told = new Map(); // name and words, by sample
const waiting = new Map(); // places that wait for a picture, by sample
const listening = new Map(); // functions that wait for words, by sample
let timer = 0;
let wanted = new Set(); // samples in view
let busy = false;

// Show the picture of a sample in an element, now or when it is there.
export function picture(sample, shown) {
  if (known.has(sample)) return put(sample, shown);
  waiting.set(sample, shown);
  timer ||= setTimeout(fetchAll, SOON);
}

// Tell a function the name and the words of a sample, now or when they are there.
export function words(sample, listener) {
  if (told.has(sample)) return listener(...told.get(sample));
  listening.set(sample, listener);
  timer ||= setTimeout(fetchAll, SOON);
}

// Take over names, words and pictures that came with the page.
export function know(samples, all) {
  all.forEach(([name, text, bytes], i) => {
    told.set(samples[i], [name, text]);
    if (bytes) known.set(samples[i], `data:image/webp;base64,${bytes}`);
  });
}

// Say which samples are in view: the others need not be fetched.
export function prune(samples) {
  wanted = new Set(samples);
  for (const sample of waiting.keys()) if (!wanted.has(sample)) waiting.delete(sample);
  for (const sample of listening.keys()) if (!wanted.has(sample)) listening.delete(sample);
  for (const sample of known.keys()) {
    if (known.size <= KEPT) break;
    if (!wanted.has(sample)) forget(sample);
  }
}

function forget(sample) {
  if (known.get(sample)) URL.revokeObjectURL(known.get(sample));
  known.delete(sample);
}

function put(sample, shown) {
  const address = known.get(sample);
  known.delete(sample); // the latest comes last
  known.set(sample, address);
  if (!address) return;
  const image = new Image();
  image.alt = "";
  image.draggable = false;
  image.decoding = "async";
  image.src = address;
  shown.replaceChildren(image);
}

async function fetchAll() {
  timer = 0;
  if (busy) return;
  busy = true;
  try {
    while (waiting.size || listening.size) {
      await Promise.all([fetchPictures(), fetchWords()]);
    }
  } catch {
    timer ||= setTimeout(fetchAll, 1000); // the server does not answer
  } finally {
    busy = false;
  }
}

async function fetchPictures() {
  const part = Array.from(waiting.keys()).slice(0, TOGETHER);
  if (!part.length) return;
  const answer = await fetch(`${base}/images/${pictures}?size=small&samples=${part.join(",")}`);
  if (!answer.ok) throw new TypeError(answer.statusText);
  const bytes = await answer.arrayBuffer();
  const view = new DataView(bytes);
  let at = 0;
  for (const sample of part) {
    const length = view.getUint32(at);
    const blob = new Blob([new Uint8Array(bytes, at + 4, length)], { type: "image/webp" });
    at += 4 + length;
    known.set(sample, length ? URL.createObjectURL(blob) : "");
    const shown = waiting.get(sample);
    waiting.delete(sample);
    if (shown) put(sample, shown);
  }
}

async function fetchWords() {
  const samples = Array.from(listening.keys()).slice(0, 4 * TOGETHER);
  if (!samples.length) return;
  const { shown, error } = await ask("/shown", { samples });
  if (error) throw new TypeError(error);
  samples.forEach((sample, i) => {
    told.set(sample, shown[i]);
    const listener = listening.get(sample);
    listening.delete(sample);
    if (listener) listener(...shown[i]);
  });
}
