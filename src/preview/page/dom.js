// Small hands for the page's own document.
// Whatever comes from the server enters as text: nothing here reads HTML.

export const $ = (id) => document.getElementById(id);

// make('p', { class: 'quiet' }, 'some', node): an element with attributes and children.
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// A message with names in backticks becomes text and <code>.
export function words(message) {
  return String(message ?? '').split(/`([^`]+)`/).map((part, n) => (n % 2 ? make('code', {}, part) : part));
}

// Writes only what differs, so that live regions speak only of news.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const number = (n) => n.toLocaleString('en');

export const counted = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

export const kilobytes = (bytes) => (bytes < 1024 ? counted(bytes, 'byte') : `${number(Math.round(bytes / 1024))} KB`);

let silence;
export function toast(...message) {
  const element = $('toast');
  element.replaceChildren(...message);
  element.classList.add('shown');
  clearTimeout(silence);
  silence = setTimeout(() => element.classList.remove('shown'), 4000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
