// Owns the large picture: of the image under the mouse, beside it, or of one image over the whole
// window, at the original's resolution. A long one is moved by the mouse, a finger or arrows.

import { base, main, pictures } from "./state.js";

const HOVER = 500; // milliseconds that the mouse rests on an image until it is shown large
const HOLD = 250; // milliseconds that Space or a finger is held until it is
const LONG = 2.5; // times longer than wide: such a picture is not made as small as the window
const ROOM = 32; // pixels between the picture and the window
const PAN = 120; // pixels that an arrow moves the picture
const box = document.getElementById("closer");
const image = box.querySelector("img");
let timer = 0; // of the mouse or a key that rests
let beside = false; // whether the picture is shown beside its image
let pressed = null; // what Space is held down on
let swallowed = false; // whether the next click only ends a long touch

function isShown() {
  return box.matches(":popover-open");
}

// Whether a picture is over the whole window.
export function isOpen() {
  return isShown() && !beside;
}

export function shut() {
  clearTimeout(timer);
  if (isShown()) box.hidePopover();
}

// Show the picture of a tile, or of the single image.
function open(from, near = false) {
  const small = from.querySelector("img");
  if (!small) return;
  beside = near;
  const { left, width } = from.getBoundingClientRect();
  box.classList.toggle("beside", near);
  box.classList.toggle("left", near && left + width / 2 > innerWidth / 2);
  image.src = small.src; // until the large one is there
  image.dataset.of = from.dataset.sample;
  if (!isShown()) box.showPopover();
  const large = new Image();
  const size = near ? "large" : "whole";
  large.src = `${base}/image/${pictures}/${size}/${from.dataset.sample}`;
  const show = () => {
    if (!isShown() || image.dataset.of !== from.dataset.sample || beside !== near) return;
    image.src = large.src;
    image.dataset.size = size;
  };
  large.decode().then(show, () => {});
}

// Make the picture as large as the window, or as its half; a long one only as narrow as can be read.
function fit() {
  const { naturalWidth: width, naturalHeight: height } = image;
  if (!width) return;
  const across = (beside ? innerWidth / 2 : innerWidth) - ROOM;
  const whole = Math.min(across / width, (innerHeight - ROOM) / height);
  const cover = Math.max(across / width, (innerHeight - ROOM) / height);
  const isLong = Math.max(width, height) > LONG * Math.min(width, height);
  const scale = isLong && !beside ? Math.min(cover, Math.max(whole, 1 / devicePixelRatio)) : whole;
  image.style.setProperty("width", `${Math.round(scale * width)}px`);
  image.style.setProperty("height", `${Math.round(scale * height)}px`);
}

// Return what Space enlarges: the image with the focus, the single image, or that under the mouse.
function aimed() {
  const focused = document.activeElement.closest(".tile");
  return focused || document.getElementById("picture") || main.querySelector(".tile:hover");
}

// Space goes down: take it, if there is an image to enlarge. On a tile it enlarges when it is held.
export function press() {
  if (isOpen()) {
    pressed = null;
    shut();
    return true;
  }
  const target = aimed();
  if (!target) return false;
  shut();
  pressed = { target, at: performance.now() };
  if (target.classList.contains("tile")) timer = setTimeout(open, HOLD, target);
  else open(target);
  return true;
}

// Space goes up: return the tile that it was pressed on for a moment only.
export function release() {
  const { target, at } = pressed || {};
  pressed = null;
  if (!target) return null;
  const held = performance.now() - at >= HOLD;
  const tile = target.classList.contains("tile");
  if (tile || held) shut();
  return tile && !held && target === document.activeElement ? target : null;
}

// Open or shut the single image's picture.
export function flip(from) {
  if (isOpen()) shut();
  else open(from);
}

// Move the picture by an arrow; return whether it is one that is shown.
export function pan(key) {
  if (!isOpen()) return false;
  const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1] }[key] || [0, 1];
  box.scrollBy(x * PAN, y * PAN);
  return true;
}

// Return whether a click belongs to a long touch that has enlarged an image.
export function isSwallowed() {
  const was = swallowed;
  swallowed = false;
  return was;
}

document.addEventListener("pointermove", (event) => {
  if (isOpen() && event.pointerType === "mouse") {
    box.scrollLeft = (event.clientX / innerWidth) * (box.scrollWidth - box.clientWidth);
    box.scrollTop = (event.clientY / innerHeight) * (box.scrollHeight - box.clientHeight);
  }
  const moved = event.movementX || event.movementY; // new tiles under a mouse that rests: not asked
  if (!moved || (pressed && !beside)) return;
  if (event.pointerType === "touch") return clearTimeout(timer);
  const tile = event.target.closest(".tile");
  if (beside && isShown() && tile?.dataset.sample === image.dataset.of) return;
  clearTimeout(timer);
  if (beside) shut();
  if (tile && !event.buttons && !isShown()) timer = setTimeout(open, HOVER, tile, true);
});

document.addEventListener("pointerdown", (event) => {
  if (beside) shut();
  clearTimeout(timer);
  swallowed = false;
  const tile = event.target.closest(".tile");
  if (!tile || event.pointerType !== "touch") return;
  timer = setTimeout(() => {
    swallowed = true;
    open(tile);
  }, HOLD * 2);
});
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => clearTimeout(timer));
}
main.addEventListener("contextmenu", (event) => {
  if (swallowed) event.preventDefault();
});
box.addEventListener("click", shut);
image.addEventListener("load", fit);
addEventListener("resize", () => isShown() && fit());
