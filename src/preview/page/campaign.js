// One campaign's preview. Here is what is shown and when it is asked for; each part of the page has its own file.

import { ahead, fetched, forget } from './ahead.js';
import { $, make, say, toast, words } from './dom.js';
import { banner, findings } from './findings.js';
import { fit } from './fit.js';
import * as frames from './frames.js';
import { inbox } from './inbox.js';
import { keys } from './keys.js';
import { latest } from './latest.js';
import { live } from './live.js';
import { readers } from './reader.js';
import { side } from './side.js';
import { source, sourceButtons } from './source.js';
import { testMail } from './test-mail.js';

const VIEWS = ['letter', 'dark', 'off', 'text', 'source', 'inbox'];
const IN_FRAMES = new Set(['letter', 'dark', 'off']);

const root = document.documentElement;
const home = `/campaign/${root.dataset.key}`;

let view = 'letter';
let reader = 0;
let remote = false; // images from the web: never remembered, since others see that they are fetched
let version = 0;
let state = null;
let filled = null; // what the frames hold: version and reader; Letter and Dark share it
let stride = 1; // the way somebody goes through the list

const next = latest();

// Everything may have changed. `told` is the version an event spoke of.
function refresh(told) {
  forget();
  return bring(told);
}

// Asks for the open view and for the state at once.
async function bring(told) {
  const signal = next();
  const asked = { view, reader };
  try {
    const [, fresh] = await Promise.all([open(told ?? version, signal), ask(`state.json?reader=${reader}`, signal)]);
    if (signal.aborted) return;
    describe(fresh);
    // The view was asked for beside the state, and may be one version older than it where the next
    // event is on its way: then only the version of this event is certain.
    version = told ?? fresh.version;
    if (filled && filled.version === null) filled.version = version;
    shown(asked);
    const neighbour = reader + stride;
    if (neighbour >= 0 && neighbour < state.reader.count) ahead([`state.json?reader=${neighbour}`, path(neighbour)].filter(Boolean).map(from));
    if (told !== undefined) say($('live'), `updated ${new Date().toLocaleTimeString('en-GB')}`);
  } catch (error) {
    if (!signal.aborted) trouble(error);
  }
}

// Brings the open view up to date; the inbox is drawn from the state.
async function open(wanted, signal) {
  if (IN_FRAMES.has(view)) return letter(wanted, signal);
  const asked = view;
  const where = path(reader);
  const text = where && (await answer(where, signal));
  if (!where || signal.aborted) return undefined;
  if (asked === 'text') say($('text-body'), text);
  else source(text);
  return undefined;
}

async function letter(wanted, signal) {
  const holds = { version: wanted || null, reader };
  const images = imagesWanted();
  let dark;
  if (images !== frames.imagesShown()) {
    filled = null;
    dark = await frames.go(from(path(reader)), images, signal);
  } else {
    const html = await answer(path(reader), signal);
    if (signal.aborted) return;
    filled = null;
    dark = await frames.show(html, signal);
  }
  if (signal.aborted) return;
  filled = holds;
  remark(dark);
}

const imagesWanted = () => (view === 'off' ? 'off' : remote ? 'remote' : 'inline');

// Where the open view of a reader is found.
function path(index) {
  if (IN_FRAMES.has(view)) return `mail.html?reader=${index}&images=${imagesWanted()}`;
  return { text: `mail.txt?reader=${index}`, source: `mail.eml?reader=${index}` }[view];
}

function describe(fresh) {
  state = fresh;
  const { from_name: name, from_email: email, subject, preheader } = fresh.inbox;
  if (fresh.reader.index !== reader) {
    reader = fresh.reader.index;
    remember();
  }
  document.title = `${subject} · Handbill`;
  say($('name'), fresh.name);
  $('name').title = fresh.file;
  say($('subject'), subject);
  say($('from'), name ? `${name} <${email}>` : email);
  say($('preheader'), preheader ?? '');
  switcher.show(fresh.reader);
  findings(fresh.findings);
  banner(fresh);
  side(fresh, view, remote);
  if (view === 'inbox') inbox(fresh.inbox);
  $('blank').hidden = fresh.view !== 'none' || !IN_FRAMES.has(view);
  $('stage').classList.toggle('empty', fresh.view === 'none');
  $('stage').classList.toggle('stale', fresh.view === 'stale');
}

// Tests wait for these: they are set when the picture stands.
function shown(asked) {
  root.dataset.reader = reader;
  root.dataset.view = asked.view;
  root.dataset.version = version;
  root.dataset.shown = '';
}

function trouble(error) {
  root.dataset.shown = '';
  if (error instanceof TypeError) return; // no answer at all: the line to the server says so itself
  const element = $('banner');
  element.className = 'banner error';
  element.replaceChildren(make('h2', {}, 'The preview could not answer'), make('p', {}, ...words(error.message)));
  element.hidden = false;
}

// Views

function choose(name) {
  if (!VIEWS.includes(name)) return;
  const same = name === view;
  view = name;
  remember();
  arrange();
  if (same) return;
  const enough = IN_FRAMES.has(view) && filled && filled.version === version && filled.reader === reader
    && frames.imagesShown() === imagesWanted();
  if (enough && state) {
    next(); // an older question for another view must not answer now
    describe(state);
    shown({ view });
  } else bring();
}

function arrange() {
  for (const tab of document.querySelectorAll('[role="tab"]')) {
    const selected = tab.dataset.view === view;
    tab.setAttribute('aria-selected', selected);
    tab.tabIndex = selected ? 0 : -1;
    if (selected) tab.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
  }
  const framed = IN_FRAMES.has(view);
  $('frames').hidden = !framed;
  for (const name of ['text', 'source', 'inbox']) $(name).hidden = view !== name;
  $('blank').hidden = state?.view !== 'none' || !framed;
  $('envelope').hidden = view === 'inbox' || view === 'source';
  $('stage').dataset.view = view;
  if (framed) {
    $('frames').setAttribute('aria-labelledby', `tab-${view}`);
    remark(frames.wear(view === 'dark' ? 'dark' : 'light'));
  }
}

function remark(dark) {
  say($('aside'), view === 'dark' && !dark ? 'this letter has no rules for dark mode; each program leaves it light or recolours it its own way' : '');
}

// Readers

function read(index) {
  const count = state?.reader.count ?? Infinity;
  const wanted = Math.max(0, Math.min(count - 1, index));
  if (wanted === reader) return;
  stride = wanted < reader ? -1 : 1;
  reader = wanted;
  bring();
  remember(); // after the question is under way: it is the slower of the two
}

// The list changed: the same person may stand elsewhere, or be gone.
async function found() {
  const email = state?.reader.email;
  if (!email || state.reader.made_up || state.reader.index !== reader) return;
  const { readers: list } = await ask(`readers.json?find=${encodeURIComponent(email)}`);
  const same = list.find((one) => one.email === email);
  if (same && state.reader.email === email && state.reader.index === reader) {
    reader = same.index;
    remember();
  }
}

// The address holds view and reader, so that a reload or a bookmark finds them again.

function remember() {
  const hash = `#${new URLSearchParams({ view, reader })}`;
  if (location.hash !== hash) history.replaceState(null, '', hash);
}

function recall() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const index = Number.parseInt(hash.get('reader') ?? '0', 10);
  return { view: VIEWS.includes(hash.get('view')) ? hash.get('view') : 'letter', reader: index > 0 ? index : 0 };
}

// Questions

const from = (where) => `${home}/${where}`;

// 409 is an answer too: a small page that says why there is no letter.
async function answer(where, signal) {
  const { status, text } = await fetched(from(where), signal);
  if (status < 300 || status === 409) return text;
  throw new Error(`\`${where}\` was answered with ${status}`);
}

const ask = async (where, signal) => JSON.parse(await answer(where, signal));

// The start

const switcher = readers(ask, read);
sourceButtons();
testMail(() => state, () => `${home}/test?reader=${reader}`);

const handle = keys({
  ...Object.fromEntries(VIEWS.map((name, n) => [String(n + 1), () => choose(name)])),
  j: () => read(reader + 1),
  k: () => read(reader - 1),
  r: () => refresh(),
  '/': () => $('find').focus(),
  '?': () => $('keys').showModal(),
});
frames.listen(handle, (url) => toast('this link goes to ', make('code', {}, url)));

const tabs = [...document.querySelectorAll('[role="tab"]')];
tabs.forEach((tab, n) => {
  tab.addEventListener('click', () => choose(tab.dataset.view));
  tab.addEventListener('keydown', (event) => {
    const to = { ArrowRight: n + 1, ArrowLeft: n - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const target = tabs.at(to % tabs.length);
    target.focus();
    choose(target.dataset.view);
  });
});
$('next').addEventListener('click', () => read(reader + 1));
$('previous').addEventListener('click', () => read(reader - 1));
$('remote').addEventListener('click', () => {
  remote = !remote;
  bring();
});
$('side').addEventListener('click', (event) => {
  const target = event.target.closest('[data-scroll]');
  if (!target) return;
  event.preventDefault(); // the hash is taken: it holds view and reader
  $(target.dataset.scroll).scrollIntoView();
});
addEventListener('hashchange', () => {
  const wanted = recall();
  read(wanted.reader);
  choose(wanted.view);
});

({ view, reader } = recall());
fit();
arrange();
refresh();
live(`/events?campaign=${encodeURIComponent(root.dataset.key)}`,
  async ({ version: told, list }) => {
    if (list) await found().catch(() => {});
    refresh(told);
  },
  () => {
    if (!$('live').textContent) say($('live'), 'live');
    refresh();
  });
