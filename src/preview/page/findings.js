// What `check` has to say about this campaign, each with its place in the author's file.

import { $, copy, counted, make, say, toast, words } from './dom.js';

export function findings(list) {
  $('findings-section').hidden = list.length === 0;
  say($('findings-count'), list.length ? String(list.length) : '');
  $('findings').replaceChildren(...list.map((finding) => make('li', {}, card(finding))));
}

// The first mistake, in a banner over the last good letter.
export function banner(state) {
  const element = $('banner');
  const worst = state.findings.find((finding) => finding.severity === 'error') ?? state.findings[0];
  const heading = {
    stale: 'This is the last good letter: the file is broken now',
    incomplete: 'This reader would not be mailed: the letter is incomplete',
    none: 'No letter can be made from this file',
  }[state.view];
  element.hidden = !heading;
  if (!heading) return;
  element.className = `banner ${state.view === 'incomplete' ? 'warning' : 'error'}`;
  const children = [make('h2', {}, heading)];
  if (worst) children.push(make('p', {}, make('span', { class: 'place' }, place(worst)), ' ', ...words(worst.message)));
  // Only when it says something new: it is read aloud at once.
  const fresh = make('section', {}, ...children);
  if (element.textContent !== fresh.textContent) element.replaceChildren(...fresh.childNodes);
}

export function summary(list) {
  const count = (severity) => list.filter((finding) => finding.severity === severity).length;
  return [['error', 'error'], ['warning', 'warning'], ['info', 'note']]
    .map(([severity, word]) => [count(severity), word])
    .filter(([n]) => n > 0)
    .map(([n, word]) => counted(n, word))
    .join(', ');
}

// A click opens the editor where one is known, and copies the place otherwise.
function card(finding) {
  const editor = safe(finding.editor);
  const open = editor ? make('a', { href: editor, class: 'finding' }) : make('button', { type: 'button', class: 'finding' });
  open.classList.add(finding.severity);
  open.title = editor ? 'open in the editor' : 'copy the place';
  open.append(
    make('span', { class: 'finding-top' },
      make('span', { class: 'severity' }, finding.severity === 'info' ? 'note' : finding.severity),
      make('span', { class: 'place' }, place(finding))),
    make('span', { class: 'message' }, ...words(finding.message)));
  if (finding.excerpt) open.append(excerpt(finding));
  if (finding.help) open.append(make('span', { class: 'help' }, ...words(finding.help)));
  if (!editor) {
    open.addEventListener('click', async () => {
      toast(...(await copy(finding.path) ? ['copied ', make('code', {}, finding.path)] : ['the place is ', make('code', {}, finding.path)]));
    });
  }
  return open;
}

function excerpt({ line, excerpt: text, mark }) {
  const characters = [...text]; // columns count characters, not UTF-16 units
  const [start, end] = mark ?? [1, 1];
  const part = (from, to) => characters.slice(from, to).join('');
  return make('span', { class: 'excerpt' },
    make('span', { class: 'line' }, line === null ? '' : String(line)),
    make('code', {}, part(0, start - 1), mark ? make('mark', {}, part(start - 1, end - 1) || ' ') : null, part(mark ? end - 1 : start - 1)));
}

const place = ({ file, line, column }) => [file?.split('/').at(-1), line, column].filter((part) => part !== null && part !== undefined).join(':');

// An address of an editor, and never one that this page itself would run or fetch.
function safe(url) {
  try {
    return /^(javascript|data|blob|https?|file|about):$/.test(new URL(url).protocol) ? null : url;
  } catch {
    return null;
  }
}
