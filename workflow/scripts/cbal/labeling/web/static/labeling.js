"use strict";

// A page has one question at a time. The server renders it; this script shows it, takes keys
// and clicks, sends the answer, and shows what comes back.

const BEAT = 2000; // milliseconds between signs of life
const WAIT = 1000; // between looks for the next question
const RETRY = 1000; // after the server did not answer

const csrf = document.querySelector('meta[name="csrf"]').content;
const pictures = document.querySelector('meta[name="pictures"]').content;
const main = document.getElementById("main");
const spoken = document.getElementById("spoken");
const trouble = document.getElementById("trouble");
const help = document.getElementById("help");

// The page may come with its first question, which is then this page's.
const first = JSON.parse(document.querySelector('meta[name="first"]').content);
// Outlives a reload, not the tab: two tabs are two pages.
const page = first.page || sessionStorage.getItem("page") || newPage();
sessionStorage.setItem("page", page);
let now = null; // the view that is shown
let sending = false;
let excluded = new Set();
let seen = 0; // milliseconds that the question was looked at
let since = 0; // when the present look began
let marked = -1; // place of the marked class among those shown
let sure = ""; // the new class that one more Enter adds
let timer = 0;

function newPage() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---------------------------------------------------------------- the server

async function post(path, said) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify({ page, ...said }),
  });
  const lately = Date.now() - Number(sessionStorage.getItem("reloaded")) < 10_000;
  if (answer.status === 403 && !lately) {
    sessionStorage.setItem("reloaded", Date.now());
    location.reload(); // the session is another one now
    throw new TypeError("reloading");
  }
  if (answer.headers.get("Content-Type") !== "application/json") {
    return { status: answer.status, error: await answer.text() };
  }
  return { status: answer.status, ...(await answer.json()) };
}

// Ask until the server answers: it may be starting again.
async function ask(path, said) {
  for (;;) {
    try {
      const result = await post(path, said);
      tell("");
      return result;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      tell("No connection to the workflow. This page goes on when it is back.");
      await new Promise((done) => setTimeout(done, RETRY));
    }
  }
}

function tell(text) {
  trouble.textContent = text;
  trouble.hidden = !text;
}

function say(text) {
  spoken.textContent = text;
}

async function next() {
  const view = await ask("/next", {});
  if (view.view) show(view);
  else tell(`The workflow's page fails: ${view.error}`);
}

async function beat() {
  if (!now || sending) return;
  if (now.view !== "question") return next();
  const { step, interaction } = now;
  const { yours } = await ask("/beat", { step, interaction });
  showMissing();
  const same = now && now.step === step && now.interaction === interaction;
  if (same && !sending && yours === false) await next();
}

function keepAlive() {
  clearTimeout(timer);
  const pause = now && now.view === "question" ? BEAT : WAIT;
  timer = setTimeout(async () => {
    try {
      await beat();
    } finally {
      keepAlive();
    }
  }, pause);
}

async function send(path, said) {
  if (sending || !now) return;
  sending = true;
  document.body.classList.add("sending");
  try {
    // The key tells the server that a request is the same one, sent again after a lost reply.
    const result = await ask(path, { key: newPage(), ...said });
    if (result.view) {
      now = null; // also where the same question comes back
      show(result);
    } else {
      // Somebody was faster, or the answers are handed on: what the journal has holds.
      say(result.error || "");
      tell(result.error ? `Not taken: ${result.error}.` : "");
      setTimeout(() => tell(""), 4000);
      if (result.status === 409) await next();
    }
  } finally {
    sending = false;
    document.body.classList.remove("sending");
  }
}

function answer(action, more) {
  if (!now || now.view !== "question") return;
  const said = { step: now.step, interaction: now.interaction, action, ...more };
  if (action === "label" && excluded.size) {
    said.excluded = Array.from(excluded);
    if (excluded.size === now.size) return complain("Every image is taken out: refuse the cluster.");
  }
  send("/answer", { ...said, seconds: looked() });
}

function undo() {
  if (now && now.step !== null && now.step !== undefined) send("/undo", { step: now.step });
}

function complain(text) {
  say(text);
  tell(text);
  setTimeout(() => tell(""), 3000);
}

function looked() {
  const running = since ? performance.now() - since : 0;
  return Math.round(seen + running) / 1000;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    seen += since ? performance.now() - since : 0;
    since = 0;
  } else {
    since = performance.now();
    beat().catch(() => {});
  }
});

window.addEventListener("pagehide", () => {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  fetch("/leave", { method: "POST", headers, body: JSON.stringify({ page }), keepalive: true }).catch(
    () => {},
  );
});

// ---------------------------------------------------------------- showing

function show(view) {
  const again =
    now && view.view === now.view && view.step === now.step && view.interaction === now.interaction;
  const here = view === first; // its HTML is in the page
  if (!here) document.getElementById("status").innerHTML = view.status;
  if (again && (view.view === "question" || view.html === now.html)) {
    now = view;
    return;
  }
  now = view;
  if (!here) main.innerHTML = view.html;
  document.body.dataset.view = view.view;
  document.body.dataset.kind = view.kind || "";
  excluded = new Set();
  sure = "";
  marked = -1;
  seen = 0;
  since = document.hidden ? 0 : performance.now();
  window.scrollTo(0, 0);
  const title = main.querySelector("h1").textContent;
  say(view.view === "question" ? `${title}. ${text(".hints")}` : title);
  if (view.view !== "question") return keepAlive();
  if (!matchMedia("(pointer: coarse)").matches) main.focus({ preventScroll: true });
  lookAhead(view).catch(() => {}); // what is missing then is fetched when it is shown
  loadMore(view);
  keepAlive();
}

function text(selector) {
  const found = main.querySelector(selector);
  return found ? found.textContent.replace(/\s+/g, " ").trim() : "";
}

// ---------------------------------------------------------------- pictures

const PAINT = 50; // milliseconds for the pictures in sight before the others are fetched
const LATER = 150; // milliseconds after a question until pictures of the next one are fetched
const TOGETHER = 30; // pictures of a request: one by one they would take many times longer
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
        tile.dataset.missing = "true"; // the server is away: again with the next sign of life
      }
    }),
  );
}

async function lookAhead(view) {
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
    if (now === view) await showPictures(shown.slice(low));
  }
  await new Promise((done) => setTimeout(done, LATER));
  if (now !== view) return;
  if (view.kind === "cluster") fetchPictures(view.ahead);
  else if (view.ahead.length) new Image().src = `/image/${pictures}/large/${view.ahead[0]}.webp`;
}

function showMissing() {
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

function loadMore(view) {
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
        if (now !== view && (now.step !== view.step || now.interaction !== view.interaction)) return;
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

// ---------------------------------------------------------------- images of a cluster

function tiles() {
  return Array.from(main.querySelectorAll(".tile"));
}

function toggle(tile) {
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

function walk(key) {
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

// ---------------------------------------------------------------- classes

function options() {
  return Array.from(main.querySelectorAll(".class")).filter((option) => !option.hidden);
}

function find() {
  return document.getElementById("find");
}

function filter() {
  const typed = find().value.trim().replace(/\s+/g, " ");
  const wanted = typed.toLowerCase();
  let exact = false;
  for (const option of main.querySelectorAll(".class:not(.new)")) {
    option.hidden = wanted !== "" && !option.dataset.name.includes(wanted);
    exact = exact || option.dataset.name === wanted;
  }
  const added = document.getElementById("new-class");
  added.hidden = !typed || exact;
  added.querySelector("span").textContent = typed;
  sure = "";
  mark(typed ? 0 : -1);
}

function mark(place) {
  const shown = options();
  marked = shown.length && place >= 0 ? (place + shown.length) % shown.length : -1;
  for (const option of main.querySelectorAll(".class")) {
    option.setAttribute("aria-selected", String(option === shown[marked]));
  }
  find().removeAttribute("aria-activedescendant");
  if (marked < 0) return;
  find().setAttribute("aria-activedescendant", shown[marked].id);
  shown[marked].scrollIntoView({ block: "nearest" });
}

function choose(option) {
  if (!option) return;
  if (option.id !== "new-class") {
    answer("label", { label: Number(option.dataset.label) });
    return;
  }
  answer("label", { class: find().value });
}

// One Enter more, so that a slip of the finger is no class.
function enter() {
  const typed = find().value.trim();
  if (typed) {
    const option = options()[marked];
    if (option && option.id === "new-class" && sure !== typed) {
      sure = typed;
      complain(`Enter again adds the class “${typed}”.`);
      return;
    }
    choose(option);
    return;
  }
  const { guess } = document.getElementById("answers").dataset;
  if (guess !== "") answer("label", { label: Number(guess) });
}

// ---------------------------------------------------------------- keys and clicks

const ACTIONS = { refuse: () => answer("refuse"), skip: () => answer("skip"), undo };

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || event.isComposing) return;
  if (event.key === "?") return done(event, () => help.showModal());
  if (!now || event.repeat) return;
  if (now.view !== "question") {
    if (event.key === "Backspace") done(event, undo);
    return;
  }
  const field = find();
  const typing = field.value !== "" || document.activeElement === field;
  // Enter is the answer also after a click on an image; Space takes it out.
  const onButton = document.activeElement.matches("button:not(.tile)");
  if (event.key === "Escape") {
    field.value = "";
    filter();
    main.focus({ preventScroll: true });
  } else if (event.key === "Enter") {
    if (!onButton) done(event, enter);
  } else if (event.key.startsWith("Arrow")) {
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (typing && down) done(event, () => mark(marked + down));
    else if (!typing && walk(event.key)) event.preventDefault();
  } else if (!typing && event.key === "Backspace") {
    done(event, undo);
  } else if (!typing && event.key === "-") {
    done(event, ACTIONS.refuse);
  } else if (!typing && event.key === ".") {
    done(event, ACTIONS.skip);
  } else if (!typing && /^[0-9]$/.test(event.key)) {
    const option = main.querySelector(`.class[data-key="${event.key}"]`);
    if (option) done(event, () => choose(option));
  } else if (event.key.length === 1 && event.key !== " " && document.activeElement !== field) {
    field.focus(); // the key goes there
  }
}

function done(event, action) {
  event.preventDefault();
  action();
}

document.addEventListener("keydown", onKey);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.id === "help-button") help.showModal();
  else if (button.classList.contains("tile")) toggle(button);
  else if (button.classList.contains("class")) choose(button);
  else if (button.dataset.action) ACTIONS[button.dataset.action]();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "find") filter();
});

if (first.page) show(first);
else next().catch((error) => tell(String(error)));
