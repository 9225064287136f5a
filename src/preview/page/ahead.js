// Asks for the next reader's letter before anybody does, so that going through the list shows each at once.
// What was asked ahead is thrown away at the first word of a change: an old letter is never shown for new.

const PAUSE = 40; // first what is open, then what may be

let asked = new Map(); // path → promise of { status, text }
let stop = new AbortController();
let soon;

export async function fetched(url, signal) {
  const ready = asked.get(url);
  asked.delete(url);
  return (ready && (await ready)) || get(url, signal);
}

export function ahead(urls) {
  clearTimeout(soon);
  soon = setTimeout(() => {
    const before = asked;
    // A failure is no news here: whoever needs the answer asks again.
    asked = new Map(urls.map((url) => [url, before.get(url) ?? get(url, stop.signal).catch(() => null)]));
  }, PAUSE);
}

export function forget() {
  clearTimeout(soon);
  stop.abort();
  stop = new AbortController();
  asked = new Map();
}

async function get(url, signal) {
  const response = await fetch(url, { signal, cache: 'no-store' });
  return { status: response.status, text: await response.text() };
}
