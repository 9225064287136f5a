// How the letter announces itself in lists of mail: sender, subject, preheader, cut as programs cut them.

import { $, make } from './dom.js';

// Typical figures, not exact ones: programs cut by width, not by characters, and width depends on
// the window, the font and the letters themselves (an M takes the room of three i). Subject and
// preheader share one line where `line` is given. Taken as the middle of what published tests found.
const PROGRAMS = [
  { name: 'Gmail', where: 'phone', sender: 24, subject: 38, preheader: 42 },
  { name: 'Apple Mail', where: 'phone', sender: 26, subject: 42, preheader: 90 },
  { name: 'Outlook', where: 'phone', sender: 26, subject: 40, preheader: 70 },
  { name: 'Gmail', where: 'desktop', sender: 20, subject: 70, preheader: 120, line: 110 },
  { name: 'Apple Mail', where: 'desktop', sender: 30, subject: 64, preheader: 110 },
  { name: 'Outlook', where: 'desktop', sender: 30, subject: 56, preheader: 50 },
];

export function inbox(letter) {
  const column = (where, heading) => make('div', { class: `inbox-${where}` },
    make('h2', {}, heading),
    ...PROGRAMS.filter((program) => program.where === where).map((program) => row(program, letter)));
  $('inbox').replaceChildren(
    column('phone', 'Phone'),
    column('desktop', 'Desktop'),
    make('p', { class: 'aside' }, 'typical cuts, not exact ones: programs cut by width, and each window is another'));
}

function row(program, letter) {
  const sender = cut(letter.from_name || letter.from_email, program.sender);
  const subject = cut(letter.subject, program.subject);
  const room = program.line ? Math.max(0, program.line - subject.text.length) : program.preheader;
  const preheader = cut(letter.preheader ?? '', Math.min(program.preheader, room));
  const initial = [...sender.text.trim()][0] ?? '?';
  return make('article', { class: `mail ${program.line ? 'one-line' : ''}`, 'aria-label': `${program.name}, ${program.where}` },
    make('h3', {}, program.name),
    make('div', { class: 'mail-row' },
      make('span', { class: 'initial', 'aria-hidden': 'true' }, initial.toUpperCase()),
      make('div', { class: 'mail-words' },
        make('p', { class: 'mail-top' }, make('bdi', { class: 'mail-sender' }, sender.text), make('time', {}, '9:41')),
        make('p', { class: 'mail-subject' }, make('bdi', {}, subject.text)),
        make('p', { class: 'mail-preheader' }, letter.preheader
          ? make('bdi', {}, preheader.text)
          : make('em', {}, 'no preheader: the first words of the letter stand here')))),
    make('p', { class: 'lost' }, ...lost('subject', subject), ...lost('preheader', preheader)));
}

function lost(name, { rest }) {
  return rest ? [make('span', {}, `${name} cut before “${cut(rest.trim(), 32).text}”`)] : [];
}

// By what readers see as one character: an emoji or an accented letter is never halved.
const segments = Intl.Segmenter ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : null;

function cut(text, most) {
  const characters = segments ? [...segments.segment(text)].map(({ segment }) => segment) : [...text];
  if (characters.length <= most) return { text, rest: '' };
  const kept = Math.max(0, most - 1);
  return { text: `${characters.slice(0, kept).join('').trimEnd()}…`, rest: characters.slice(kept).join('') };
}
