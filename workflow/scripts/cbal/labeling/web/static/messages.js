// Owns the places of the page that tell the person something. It imports no other module.

const spoken = document.getElementById("spoken");
const trouble = document.getElementById("trouble");
const notice = document.getElementById("notice");

// Whether the notice stays until the person closes it.
function stays() {
  return notice.classList.contains("stays");
}

// Show what is wrong now, such as a lost connection; "" when it is over.
export function tell(text) {
  trouble.textContent = text;
  trouble.hidden = !text;
}

// Let a screen reader say something.
export function say(text) {
  spoken.textContent = text;
}

// Tell the person why something was not done, or what was. It stays until the person closes it or,
// unless it must be `read`, has given the next answer.
export function notify(text, read = false) {
  if (stays() && !read) return;
  notice.querySelector("span").textContent = text;
  notice.hidden = !text;
  notice.classList.toggle("stays", read);
}

// Hide what was said; return whether there was anything.
export function dismiss() {
  const open = !notice.hidden;
  notice.hidden = true;
  notice.classList.remove("stays");
  return open;
}

// The next answer is given: hide what need not be read.
export function goOn() {
  if (!stays()) notice.hidden = true;
}
