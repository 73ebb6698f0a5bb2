// Owns the way back to the questions: it says how many wait, so that nobody reviews while the
// workflow waits, and looks again for what others changed when the person comes back.

import { ask } from "./network.js";
import { load } from "./review_changes.js";
import { held } from "./review_labels.js";

const EACH = 5000; // milliseconds between two looks
const back = document.getElementById("back");

async function look() {
  try {
    const { questions = 0 } = document.hidden ? {} : await ask("/asking", {});
    if (!document.hidden) {
      const wait = questions === 1 ? "1 waits" : `${questions.toLocaleString("en")} wait`;
      back.textContent = questions ? `Questions: ${wait}` : "Questions";
    }
  } finally {
    setTimeout(look, EACH);
  }
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && held.run) load(held.run);
});
look();
