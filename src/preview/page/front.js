// The front page: every campaign of the project as the server sorts them, with a glance at its letter.

import { $, counted, make, say } from './dom.js';
import { latest } from './latest.js';
import { outcome } from './outcome.js';

const next = latest();

async function refresh() {
  const signal = next();
  let answer;
  try {
    const response = await fetch('/campaigns.json', { signal, cache: 'no-store' });
    answer = await response.json();
  } catch {
    if (!signal.aborted) $('stopped').hidden = false;
    return;
  }
  if (signal.aborted) return;
  $('stopped').hidden = true;
  show(answer);
}

let before = '';

function show(answer) {
  // The same answer changes nothing: the glances would load anew.
  const now = JSON.stringify(answer);
  if (now === before) return;
  before = now;
  const { project, list, campaigns } = answer;
  document.title = `${project} · Handbill`;
  say($('project'), project);
  say($('list'), [counted(campaigns.length, 'campaign'), list ? `the list is ${list.file}` : 'no list yet'].join(' · '));
  $('none').hidden = campaigns.length > 0;
  $('campaigns').replaceChildren(...campaigns.map((campaign) => make('li', {}, tile(campaign))));
}

function tile(campaign) {
  return make('a', { class: 'tile', href: `/campaign/${encodeURIComponent(campaign.key)}` },
    make('div', { class: 'glance', 'aria-hidden': 'true' }, glance(campaign)),
    make('div', { class: 'tile-words' },
      make('h2', {}, make('bdi', {}, campaign.subject || campaign.file)),
      make('p', { class: 'file' }, campaign.file),
      make('div', { class: 'foot' },
        make('span', { class: `status ${campaign.status}` }, status(campaign)),
        make('time', { datetime: campaign.modified }, day(campaign.modified)))));
}

function glance({ key, status: name }) {
  if (name === 'broken') return make('span', {}, 'no letter');
  // `sandbox` stands before `src`: made in this order, nothing loads without it.
  return make('iframe', { sandbox: true, src: `/campaign/${encodeURIComponent(key)}/mail.html`, loading: 'lazy', tabindex: '-1', inert: true, title: 'the letter' });
}

function status(campaign) {
  if (campaign.status === 'broken') return campaign.errors ? `broken, ${counted(campaign.errors, 'error')}` : 'broken';
  if (campaign.status === 'draft' && !campaign.sent) return 'draft';
  return outcome(campaign);
}

function day(modified) {
  const date = new Date(`${modified}T12:00:00`);
  return Number.isNaN(date.getTime()) ? modified : date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}

// No line is kept open here: coming back to the page is soon enough.
addEventListener('focus', refresh);
document.addEventListener('visibilitychange', () => document.hidden || refresh());
refresh();
