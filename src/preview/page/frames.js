// The two frames of the letter: desktop and phone. They may run no script;
// this page reaches into them to patch a new letter in place and to keep the scroll position.

import { patch } from './patch.js';
import { dress, paint } from './scheme.js';

const frames = [...document.querySelectorAll('.device iframe')];
const heard = new WeakSet(); // documents that already have our listeners

let images = 'inline'; // how the frames were navigated: decides their content security policy
let scheme = 'light';
let address = frames[0].getAttribute('src');
let visit = 0;

export const imagesShown = () => images;

// Calls back for keys and for links inside the letter; the frames swallow both otherwise.
let onKey = () => {};
let onLink = () => {};
export function listen(key, link) {
  onKey = key;
  onLink = link;
  for (const frame of frames) frame.addEventListener('load', () => settle(frame));
}

// Puts a letter's HTML into both frames. Returns whether the letter has rules for dark mode.
export async function show(html, signal) {
  await Promise.all(frames.map((frame) => arrived(frame, signal)));
  if (signal.aborted) return false;
  // The frame's own parser: ours would apply this page's policy, which knows no inline style, to the letter.
  const fresh = new frames[0].contentWindow.DOMParser().parseFromString(html, 'text/html');
  dress(fresh, scheme);
  return frames.map((frame) => {
    const { contentDocument: document, contentWindow: window } = frame;
    const { scrollX, scrollY } = window;
    patch(document, fresh);
    const dark = settle(frame);
    if (scrollX || scrollY) window.scrollTo(scrollX, scrollY);
    return dark;
  })[0];
}

// Fetches a letter into both frames under another policy for images: this can't be patched in.
export async function go(url, mode, signal) {
  const mine = (visit += 1);
  for (const frame of frames) {
    frame.classList.add('away');
    frame.contentDocument?.documentElement.setAttribute('data-left', '');
    // `replace`, or each change of view would be a step of the back button.
    frame.contentWindow.location.replace(url);
  }
  images = mode;
  address = url;
  await Promise.all(frames.map((frame) => arrived(frame, signal)));
  if (mine !== visit) return false;
  const dark = frames.map(settle)[0];
  for (const frame of frames) frame.classList.remove('away');
  return dark;
}

// Light or dark, without asking the server.
export function wear(name) {
  scheme = name;
  for (const frame of frames) frame.style.colorScheme = name;
  return frames.map(settle)[0];
}

function settle(frame) {
  const document = frame.contentDocument;
  if (!document?.body || document.URL === 'about:blank') return false;
  dress(document, scheme);
  if (!heard.has(document)) {
    heard.add(document);
    document.addEventListener('keydown', (event) => onKey(event));
    document.addEventListener('click', (event) => {
      const link = event.target.closest?.('a[href], area[href]');
      if (!link) return;
      event.preventDefault();
      onLink(link.getAttribute('href'));
    });
  }
  return paint(document, scheme);
}

// Waits for a frame's document, but not for its pictures: `load` would wait for a slow server of images.
async function arrived(frame, signal) {
  for (let tries = 0; tries < 1000 && !signal.aborted; tries += 1) {
    const document = frame.contentDocument;
    // No document: the frame went elsewhere, and comes home.
    if (!document && tries % 100 === 99) frame.src = address;
    const here = document?.body && document.URL !== 'about:blank' && document.readyState !== 'loading';
    if (here && !document.documentElement.hasAttribute('data-left')) return;
    await new Promise((wake) => setTimeout(wake, 4));
  }
}
