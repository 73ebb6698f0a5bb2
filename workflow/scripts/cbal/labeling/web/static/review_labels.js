// Owns the labels that are reviewed, as the server sent them, and which of them are shown. It shows
// nothing and sends nothing.

// Columns of all labels, the most doubtful first: a row is a place in them.
export const held = {
  run: null,
  runs: [],
  classes: [], // [number, name, how many labels]
  undo: "",
  work: {},
  total: 0, // how many labels there are; fewer may have come yet
  sample: [],
  label: [],
  kind: [], // 1: by a cluster
  doubt: [], // percent; -1: unknown
  guess: [], // -1: unknown
  cluster: [], // number of the answer about the cluster; 0
  shown: [], // rows that the filter lets through
};

export const filter = { label: -1, kind: -1 }; // -1: all

// Take over what the server says, and filter it again.
export function hold(said) {
  Object.assign(held, said);
  if (!held.classes.some(([number]) => number === filter.label)) filter.label = -1;
  sift();
}

// Choose the labels that are shown.
export function sift() {
  const { label, kind } = filter;
  held.shown = [];
  for (let row = 0; row < held.sample.length; row++) {
    const fits = label < 0 || held.label[row] === label;
    if (fits && (kind < 0 || held.kind[row] === kind)) held.shown.push(row);
  }
}

// Whether all labels are there.
export function isWhole() {
  return held.run !== null && held.sample.length === held.total;
}

export function nameOf(number) {
  const found = held.classes.find(([own]) => own === number);
  return found ? found[1] : "";
}
