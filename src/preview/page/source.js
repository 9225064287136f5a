// The message as it travels: headers and parts, each folded on its own, no byte changed.

import { $, copy, kilobytes, make, say, toast } from './dom.js';

let shown = null;

export function source(text) {
  if (text === shown) return;
  shown = text;
  say($('source-size'), kilobytes(new TextEncoder().encode(text).length));
  // Folds that the user closed or opened stay so when the letter changes.
  const folds = [...$('source-body').querySelectorAll('details')].map((fold) => fold.open);
  const parts = split(text);
  $('source-body').replaceChildren(...parts.map((part, n) => {
    const open = folds.length === parts.length ? folds[n] : part.readable;
    return make('details', { open },
      make('summary', {}, part.title, ' ', make('span', {}, kilobytes(part.text.length))),
      make('pre', {}, ...colour(part)));
  }));
}

export function sourceButtons() {
  $('source-copy').addEventListener('click', async () => {
    toast((await copy(shown ?? '')) ? 'copied the whole message' : 'the browser does not let this page copy');
  });
}

// Cuts at the delimiters of every boundary that a header names; joined again, the pieces are the message.
function split(text) {
  const boundaries = new Set([...text.matchAll(/boundary=(?:"([^"\r\n]+)"|([^\s;"]+))/gi)].map((match) => `--${match[1] ?? match[2]}`));
  const pieces = [[]];
  for (const line of text.split(/(?<=\n)/)) {
    const bare = line.trimEnd();
    if (boundaries.has(bare)) pieces.push([line]);
    else if (boundaries.has(bare.replace(/--$/, ''))) pieces.at(-1).push(line);
    else pieces.at(-1).push(line);
  }
  return pieces.map((lines, n) => part(lines.join(''), n === 0));
}

function part(text, first) {
  const type = /^content-type:\s*([^;\s]+)/im.exec(text)?.[1].toLowerCase() ?? 'text/plain';
  const encoding = /^content-transfer-encoding:\s*(\S+)/im.exec(text)?.[1].toLowerCase();
  const container = type.startsWith('multipart/');
  const title = first ? 'Headers' : [type, container ? null : encoding].filter(Boolean).join(', ');
  return { text, title, first, readable: first || container || (type.startsWith('text/') && encoding !== 'base64') };
}

// Names of headers are set off; everything is text.
function colour({ text, first }) {
  const end = text.search(/\r?\n\r?\n/);
  const head = end < 0 ? text : text.slice(0, end);
  const nodes = head.split(/(?<=\n)/).flatMap((line) => {
    const match = /^([A-Za-z][A-Za-z0-9-]*:)(.*)$/s.exec(line);
    if (match) return [make('b', {}, match[1]), match[2]];
    return !first && line.startsWith('--') ? [make('i', {}, line)] : [line];
  });
  return end < 0 ? nodes : [...nodes, text.slice(end)];
}
