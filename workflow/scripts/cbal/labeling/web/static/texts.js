// Owns the whole text of a card: fetches it, and shows it in a dialog. It is only ever the text of
// an element, never HTML.

import { tell } from "./messages.js";
import { base } from "./state.js";

const dialog = document.getElementById("whole");

async function showWhole(sample) {
  const answer = await fetch(`${base}/text/${sample}`);
  if (!answer.ok) throw new TypeError(answer.statusText);
  const passage = dialog.querySelector("p");
  passage.textContent = await answer.text();
  dialog.showModal();
  passage.scrollTop = 0;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".whole");
  if (!button) return;
  showWhole(button.dataset.sample).catch(() => tell("The text cannot be fetched now."));
});

// While it is open, keys are no answers.
dialog.addEventListener("keydown", (event) => event.stopPropagation());
