// Owns the requests that carry JSON to the server, and what happens when it does not answer.
// It does not know what a question or an answer is.

import { tell } from "./messages.js";
import { base, csrf, load, page, taste } from "./state.js";

const RETRY = 1000; // milliseconds until the next try after the server did not answer

function request(said, more) {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify({ page, load, ...taste, ...said }),
    ...more,
  };
}

async function post(path, said) {
  const answer = await fetch(`${base}${path}`, request(said));
  const lately = Date.now() - Number(sessionStorage.getItem("reloaded")) < 10_000;
  if (answer.status === 403 && !lately) {
    sessionStorage.setItem("reloaded", Date.now());
    location.reload(); // the server no longer knows this session
    throw new TypeError("reloading");
  }
  if (answer.headers.get("Content-Type") !== "application/json") {
    return { status: answer.status, error: await answer.text() };
  }
  return { status: answer.status, ...(await answer.json()) };
}

// Post until the server answers: it may be starting again.
export async function ask(path, said) {
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

// Post once while the page is closed; nobody waits for the reply.
export function postLast(path) {
  fetch(`${base}${path}`, request({}, { keepalive: true })).catch(() => {});
}
