// Owns what the page knows: its name, the view that is shown, what the person has marked and taken
// out so far, how long the question was looked at, and what the browser remembers of how the person
// likes the page. It imports no other module, sends nothing, and shows nothing.

export const csrf = document.querySelector('meta[name="csrf"]').content;
export const pictures = document.querySelector('meta[name="pictures"]').content;
// Path of the page behind a proxy, without its last slash: every address begins with it.
export const base = document.querySelector('meta[name="base"]').content;
export const main = document.getElementById("main");
export const help = document.getElementById("help");

// The HTML may contain the first question; the question is then held under the name in it.
export const first = JSON.parse(document.querySelector('meta[name="first"]').content);
// The name is kept when the page is loaded again, but not in another tab: two tabs are two pages.
export const page = first.page || sessionStorage.getItem("page") || newName();
sessionStorage.setItem("page", page);
// How many times: a goodbye of an earlier load may reach the server after the first request of this.
export const load = Number(sessionStorage.getItem("load")) + 1;
sessionStorage.setItem("load", load);

export const state = {
  now: null, // the view that is shown
  part: null, // the group of a split cluster that the next answer is for
  latest: -1, // interaction that got the latest answer
  sending: false, // whether an answer is on its way
  excluded: new Set(), // samples that are taken out of the cluster
  marked: -1, // place of the marked class among those shown
  sure: "", // the new class that is added if Enter is pressed once more
  seen: 0, // milliseconds that the question was looked at before `since`
  since: 0, // when the person began to look; 0 while the page is hidden or asks for the name
};

// How the person likes questions to be made; every request for one says so.
export const taste = { turned: recall("turned", false), used: recall("used", false) };

// Make a view the one that is shown, with nothing marked or taken out yet.
export function begin(view) {
  const away = document.hidden || document.getElementById("who").open;
  const since = away ? 0 : performance.now();
  const excluded = new Set();
  Object.assign(state, { now: view, part: null, excluded, marked: -1, sure: "", seen: 0, since });
}

// Return what the next answer is for, with its interaction and size: the question, or a group of it.
export function asked() {
  return state.part || state.now;
}

// Return the samples that are taken out of that.
export function takenOut() {
  const all = Array.from(state.excluded);
  return state.part ? all.filter((sample) => state.part.samples.includes(sample)) : all;
}

// Whether a view shows the same question, or the same waiting, as another one.
export function same(view, other) {
  return view.step === other.step && view.interaction === other.interaction;
}

// Return the seconds that the question was looked at.
export function looked() {
  const running = state.since ? performance.now() - state.since : 0;
  return Math.round(state.seen + running) / 1000;
}

export function pauseLooking() {
  state.seen += state.since ? performance.now() - state.since : 0;
  state.since = 0;
}

export function resumeLooking() {
  state.since = performance.now();
}

// Return a random name: of a page, or of a request.
export function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Return what the browser remembers under a name.
export function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise; // a browser may keep nothing
  }
}

// Let the browser remember a value under a name, over reloads and restarts; null forgets it.
export function remember(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}
