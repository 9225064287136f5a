// Fits desktop and phone beside each other into the stage: both keep their width in CSS pixels,
// so that the letter breaks its lines as it does in a mail program, and are scaled together.
// Where they would become too small to read, one is shown at a time.

import { $, say } from './dom.js';

const PHONE = 375;
const DESKTOP = { least: 640, most: 700 };
const GAP = 28;
const BEZEL = 18; // the phone's case, both sides
const READABLE = 0.8;
const TALLEST_PHONE = 780;
const BELOW = 24; // the phone ends above the edge; the desktop's paper goes on beneath it

export function fit() {
  const stage = $('stage');
  const frames = $('frames');
  const measure = () => {
    const { clientWidth: width, clientHeight: height } = frames;
    if (!width) return;
    const room = width - GAP - PHONE - BEZEL;
    const desktop = Math.max(DESKTOP.least, Math.min(DESKTOP.most, room));
    const together = Math.min(1, (width - GAP - BEZEL) / (desktop + PHONE));
    const both = together >= READABLE;
    stage.dataset.fit = both ? 'both' : 'one';
    size('desktop', desktop, both ? together : Math.min(1, width / desktop), height);
    size('phone', PHONE, both ? together : Math.min(1, (width - BEZEL) / PHONE), height - BELOW, BEZEL);
    if (!stage.dataset.device) choose(width < 560 ? 'phone' : 'desktop');
  };
  const choose = (device) => {
    stage.dataset.device = device;
    document.querySelector(`input[name="device"][value="${device}"]`).checked = true;
  };
  $('devices').addEventListener('change', (event) => choose(event.target.value));
  new ResizeObserver(measure).observe(frames);
  measure();
}

function size(name, width, scale, room, bezel = 0) {
  const device = document.querySelector(`.device.${name}`);
  const screen = device.querySelector('.screen');
  const frame = device.querySelector('iframe');
  const caption = device.querySelector('figcaption').offsetHeight || 28;
  const tallest = name === 'phone' ? TALLEST_PHONE : Infinity;
  const height = Math.max(240, Math.min((room - caption - bezel) / scale, tallest));
  frame.style.width = `${width}px`;
  frame.style.height = `${height}px`;
  frame.style.transform = scale < 1 ? `scale(${scale})` : 'none';
  screen.style.width = `${width * scale}px`;
  screen.style.height = `${height * scale}px`;
  say($(`${name}-width`), scale < 0.995 ? `${width} px, shown at ${Math.round(scale * 100)} %` : `${width} px`);
}
