// The server's word that something changed, and whether it is there at all.

import { $, make } from './dom.js';

const PATIENCE = 700; // a restart of the program takes less: no banner for that
const AGAIN = 2000;
const ASLEEP = 30000;

// `changed({ version, list })` for each change; `opened()` whenever the line stands (again),
// since whatever changed in between was told to nobody.
export function live(url, changed, opened) {
  let line = null;
  let worry;
  let retry;
  let sleep;

  const open = () => {
    line?.close();
    line = new EventSource(url);
    line.addEventListener('open', () => {
      clearTimeout(worry);
      worry = undefined;
      $('stopped').hidden = true;
      document.documentElement.dataset.line = 'open';
      opened();
    });
    line.addEventListener('changed', (event) => changed(JSON.parse(event.data)));
    line.addEventListener('error', () => {
      document.documentElement.dataset.line = 'down';
      worry ??= setTimeout(stopped, PATIENCE);
      // A refused line is not tried again by the browser itself.
      if (line.readyState === EventSource.CLOSED) {
        clearTimeout(retry);
        retry = setTimeout(open, AGAIN);
      }
    });
  };

  // Browsers keep six lines to one server. Sleeping tabs give theirs back, or the seventh preview would hang.
  document.addEventListener('visibilitychange', () => {
    clearTimeout(sleep);
    if (document.hidden) {
      sleep = setTimeout(() => { clearTimeout(retry); line.close(); line = null; }, ASLEEP);
    } else if (!line) open();
  });
  open();
}

function stopped() {
  const element = $('stopped');
  element.replaceChildren('the preview has stopped; run ', make('code', {}, 'handbill preview'), ' again');
  element.hidden = false;
}
