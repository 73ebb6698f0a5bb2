// Owns the seconds that a correction took: since the one before, while the person was at work here.
// A pause counts up to its first half minute: the review may stay open while a model trains.

const PAUSE = 30_000; // milliseconds without a sign of the person, after which nobody is at work
let spent = 0; // milliseconds
let last = performance.now(); // when there was a sign

function tick() {
  const now = performance.now();
  if (!document.hidden) spent += Math.min(now - last, PAUSE);
  last = now;
}

// Return the seconds so far.
export function worked() {
  tick();
  return Math.round(spent) / 1000;
}

// A correction was taken: the next one begins.
export function begin() {
  tick();
  spent = 0;
}

for (const sign of ["pointermove", "pointerdown", "keydown", "wheel", "touchmove"]) {
  document.addEventListener(sign, tick, { passive: true });
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) spent += Math.min(performance.now() - last, PAUSE);
  last = performance.now();
});
