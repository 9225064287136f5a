// Shows a letter as a light or a dark mail program would, whatever this computer prefers:
// the letter's own rules for `prefers-color-scheme` are rewritten in place to apply always or never.
// What programs do that invert colours by themselves is not shown: each does it its own way.

const ALWAYS = '(min-width: 0px)';
const NEVER = '(max-width: -1px)';
const QUERY = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/gi;

const originals = new WeakMap(); // rule or sheet → its media as written

const rewritten = (media, scheme) => media.replace(QUERY, (_, name) => (name.toLowerCase() === scheme ? ALWAYS : NEVER));

// Before a document is shown or patched in: what is written in attributes.
export function dress(document, scheme) {
  for (const element of document.querySelectorAll('source[media], style[media], link[media]')) {
    const written = element.getAttribute('data-written-media') ?? element.getAttribute('media');
    const media = rewritten(written, scheme);
    if (media !== written) element.setAttribute('data-written-media', written);
    if (media !== element.getAttribute('media')) element.setAttribute('media', media);
  }
  // A letter that knows both schemes also gets the scheme's own colours for links, scrollbars and the empty page.
  if (knowsDark(document)) document.documentElement.style.colorScheme = scheme;
  // Links open nowhere: the frame may not open windows, and must not leave the letter.
  if (!document.querySelector('base')) {
    const base = document.createElement('base');
    base.target = '_blank';
    document.head.append(base);
  }
}

// After a document is shown or patched: what is written in rules. Returns whether any is meant for dark.
export function paint(document, scheme) {
  let dark = document.querySelector('[data-written-media*="dark" i]') !== null;
  const walk = (rules) => {
    for (const rule of rules) {
      if (rule.media) dark = media(rule, scheme) || dark;
      if (rule.cssRules) walk(rule.cssRules);
    }
  };
  for (const sheet of document.styleSheets) walk(sheet.cssRules);
  return dark;
}

function media(rule, scheme) {
  const written = originals.get(rule) ?? rule.media.mediaText;
  const wanted = rewritten(written, scheme);
  if (wanted === written) return false;
  originals.set(rule, written);
  if (rule.media.mediaText !== wanted) rule.media.mediaText = wanted;
  return /dark/i.test(written);
}

function knowsDark(document) {
  const meta = document.querySelector('meta[name="color-scheme" i], meta[name="supported-color-schemes" i]');
  if (/\bdark\b/i.test(meta?.content ?? '')) return true;
  return [...document.querySelectorAll('style')].some((style) => /color-scheme\s*:[^;}]*\bdark\b/i.test(style.textContent));
}
