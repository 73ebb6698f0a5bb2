// Owns which images are chosen: a correction is about them.

import { held } from "./review_labels.js";
import { say } from "./messages.js";

export const chosen = new Set(); // samples
const bar = document.getElementById("answers");
const listeners = [];

// Call a function whenever the choice changes.
export function onChoice(listener) {
  listeners.push(listener);
}

// Choose some samples, and no others.
export function choose(samples) {
  chosen.clear();
  for (const sample of samples) chosen.add(sample);
  show();
}

// Choose samples besides those that are chosen, or let them go.
export function add(samples, yes) {
  for (const sample of samples) {
    if (yes) chosen.add(sample);
    else chosen.delete(sample);
  }
  show();
}

// Keep only what still has a label.
export function keep() {
  const known = new Set(held.sample);
  for (const sample of chosen) if (!known.has(sample)) chosen.delete(sample);
  show();
}

// The samples that a correction is about.
export function target() {
  return Array.from(chosen);
}

// Return the answer about a cluster that all chosen labels come from; 0 if there is none.
export function chosenCluster() {
  let found = 0;
  for (let row = 0; row < held.sample.length; row++) {
    if (!chosen.has(held.sample[row])) continue;
    const event = held.cluster[row];
    if (!event || (found && event !== found)) return 0;
    found = event;
  }
  return found;
}

function show() {
  bar.hidden = !chosen.size;
  document.getElementById("chosen").textContent = chosen.size.toLocaleString("en");
  const button = document.getElementById("cluster");
  const event = chosenCluster();
  button.hidden = !event;
  if (event) {
    const size = held.cluster.reduce((n, other) => n + (other === event), 0);
    button.textContent = `Take the whole cluster's label back (${size.toLocaleString("en")})`;
  }
  say(chosen.size ? `${chosen.size} chosen` : "None chosen");
  for (const listener of listeners) listener();
}
