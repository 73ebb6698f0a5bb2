// Owns the groups of a split cluster: asks for them, and knows which one the next answer is for. The
// server makes the groups; what is taken out of them comes from taking.js.

import { notify, say } from "./messages.js";
import { fill } from "./pictures.js";
import { send } from "./questions.js";
import { looked, main, state } from "./state.js";
import { showOut } from "./taking.js";

const ROOM = 60; // pixels of a group below its name that show that it is there
const MARGIN = 12; // pixels above it

function sections() {
  return Array.from(main.querySelectorAll(".part"));
}

function unanswered() {
  return state.now.groups.filter((group) => !group.answered);
}

// Show which group the next answer is for.
function mark() {
  const { interaction } = state.part;
  for (const section of sections()) {
    const is = Number(section.dataset.interaction) === interaction;
    section.classList.toggle("current", is);
    section.querySelector(".part-name")?.setAttribute("aria-pressed", String(is));
    if (is) document.getElementById("answers").dataset.guess = section.dataset.guess;
  }
  const { guess } = document.getElementById("answers").dataset;
  for (const option of main.querySelectorAll(".class")) {
    option.classList.toggle("guessed", guess !== "" && option.dataset.label === guess);
  }
  showOut();
}

// Let the next answer be for a group, unless it has one.
function choose(section) {
  const interaction = Number(section.dataset.interaction);
  const group = unanswered().find((each) => each.interaction === interaction);
  if (!group || group === state.part) return;
  state.part = group;
  mark();
  say(section.querySelector("h2").textContent.replace(/\s+/g, " ").trim());
}

// Begin with the groups of the question that is shown, if it is split: with the one after the group
// that got the latest answer.
export function beginGroups() {
  const { now } = state;
  if (!now.groups?.length) return;
  for (const { out } of now.groups) out.forEach((sample) => state.excluded.add(sample));
  const isLatest = (group) => group.answered && group.interaction === state.latest;
  const after = now.groups.slice(now.groups.findIndex(isLatest) + 1).find((group) => !group.answered);
  state.part = after || unanswered()[0];
  mark();
  const name = main.querySelector(".part.current h2");
  const [header, answers] = [document.querySelector("header"), document.getElementById("answers")];
  const { top, bottom } = name.getBoundingClientRect();
  const isSeen = top >= header.offsetHeight && bottom + ROOM < innerHeight - answers.offsetHeight;
  name.style.setProperty("scroll-margin-top", `${header.offsetHeight + MARGIN}px`);
  if (!isSeen) name.scrollIntoView({ block: "start" });
}

// Show the cluster in a number of groups, which is an answer. Without a number it is one more.
export async function split(parts) {
  const { now } = state;
  const button = main.querySelector('[data-action="split"]');
  const wanted = parts || Number(button?.dataset.parts);
  if (now?.view !== "question" || !document.body.dataset.answerable) return;
  if (!wanted) {
    if (now.groups?.some((group) => group.answered)) {
      notify("A group has its label: undo that to have other groups.");
    } else if (now.groups?.length) notify("It cannot be more groups.");
    return;
  }
  const said = { step: now.step, interaction: now.interaction, parts: wanted };
  const taken = await send("/split", { ...said, seconds: looked() });
  const got = state.now?.groups?.length;
  if (taken && got && got < wanted) notify(`The model can tell no more than ${got} groups apart.`);
}

// Show the cluster in one group fewer.
export function fewer() {
  const { groups } = state.now;
  if (groups.length > 2 && !groups.some((group) => group.answered)) split(groups.length - 1);
  else if (groups.length) notify("It cannot be fewer groups: undo shows the whole cluster again.");
}

main.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const section = button.closest(".part");
  if (button.classList.contains("tile") && section) choose(section); // some browsers do not focus it
  else if (button.classList.contains("way")) split(Number(button.dataset.parts));
  else if (button.classList.contains("part-name")) choose(section);
  else if (button.classList.contains("part-more")) more(section, button).catch(() => {});
});

// An image that is pressed, or that arrows lead to, is of the group that is meant.
main.addEventListener("focusin", ({ target }) => {
  const section = target.closest(".tile") && target.closest(".part");
  if (section) choose(section);
});

// Show the images of a group that are not there yet.
async function more(section, button) {
  const grid = section.querySelector(".grid");
  const { step } = state.now;
  button.disabled = true;
  const interaction = Number(section.dataset.interaction);
  const { size } = state.now.groups.find((group) => group.interaction === interaction);
  while (grid.isConnected && grid.childElementCount < size) {
    if (!(await fill(grid, step, interaction))) break;
  }
  button.disabled = false;
  button.parentElement.hidden = grid.childElementCount === size;
}
