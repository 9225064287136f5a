// Keys of the page. They do nothing while somebody types, nor while a dialog asks something.

import { $ } from './dom.js';

// `actions` maps a key to what it does; the handler serves this document and the letter's frames.
export function keys(actions) {
  const handle = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.('input:not([type="radio"]), textarea, select, [contenteditable]')) return;
    if (document.querySelector('dialog[open]')) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  document.addEventListener('keydown', handle);

  const dialog = $('keys');
  $('keys-open').addEventListener('click', () => dialog.showModal());
  $('keys-close').addEventListener('click', () => dialog.close());
  return handle;
}
