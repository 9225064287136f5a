// What is said about the letter beside it: verdict, size, images from the web, links.

import { $, kilobytes, make, say, words } from './dom.js';
import { summary } from './findings.js';
import { outcome } from './outcome.js';

export function side(state, view, remote) {
  verdict(state);
  size(state.size);
  images(state, view, remote);
  links(state.links);
}

function verdict({ view, findings, sent }) {
  const [tone, heading, more] = {
    good: ['good', 'Ready', 'this is what `send` would send now'],
    stale: ['error', 'Broken', '`send` would refuse this file'],
    incomplete: ['warning', 'Incomplete', '`send` would not mail this reader'],
    none: ['error', 'Broken', '`send` would refuse this file'],
  }[view];
  const children = [
    make('h2', { class: tone }, heading),
    make('p', {}, ...words(more)),
  ];
  if (findings.length) children.push(make('p', { class: 'quiet narrow-only' }, make('a', { href: '#findings-section', 'data-scroll': 'findings-section' }, summary(findings))));
  if (sent) children.push(make('p', { class: 'quiet' }, outcome(sent)));
  const element = $('verdict');
  const fresh = make('section', {}, ...children);
  if (element.textContent !== fresh.textContent) element.replaceChildren(...fresh.childNodes);
}

// Gmail shows only the beginning of a longer letter, and hides the way to unsubscribe with the rest.
function size({ html, message, clip }) {
  const share = html / clip;
  const tone = share > 1 ? 'error' : share >= 0.8 ? 'warning' : 'good';
  const meter = $('meter');
  $('size-section').hidden = !html;
  meter.className = `meter ${tone}`;
  meter.setAttribute('aria-valuemin', 0);
  meter.setAttribute('aria-valuemax', clip);
  meter.setAttribute('aria-valuenow', Math.min(html, clip));
  meter.setAttribute('aria-valuetext', `${kilobytes(html)} of ${kilobytes(clip)}`);
  $('meter-bar').style.width = `${Math.min(100, share * 100)}%`;
  const end = { good: 'before Gmail cuts the letter', warning: 'close to where Gmail cuts the letter', error: 'Gmail will cut the letter' }[tone];
  say($('size-words'), tone === 'error'
    ? `${kilobytes(html)}, more than ${kilobytes(clip)}: ${end}`
    : `${kilobytes(html)} of ${kilobytes(clip)}, ${end}; the whole message is ${kilobytes(message)}`);
}

function images(state, view, remote) {
  $('remote-section').hidden = !state.has_remote_images;
  const button = $('remote');
  button.hidden = !['letter', 'dark'].includes(view);
  button.setAttribute('aria-pressed', remote);
  say(button, remote ? 'Hide images from the web' : 'Show images from the web');
  say($('remote-words'), remote
    ? 'shown: other servers now know that somebody looks'
    : 'not shown: many mail programs hide them until asked, and they tell other servers who looks');
}

function links(list) {
  $('links-section').hidden = list.length === 0;
  say($('links-count'), String(list.length));
  $('links').replaceChildren(...list.map(({ text, url }) => make('li', {},
    make('span', {}, text || make('em', {}, 'no words')),
    /^(https?|mailto|tel):/i.test(url)
      ? make('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, url)
      : make('code', {}, url))));
}

