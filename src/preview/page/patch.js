// Makes a document equal to a fresh one and touches only what differs.
// Replacing the whole body instead would blink wherever a picture stands, and cost a layout of everything.

export function patch(document, fresh) {
  attributes(document.documentElement, fresh.documentElement);
  children(document.head, fresh.head, document);
  attributes(document.body, fresh.body);
  children(document.body, fresh.body, document);
}

// What is alike at the beginning and at the end stays; of the middle, what has the same name is patched in place.
function children(old, fresh, document) {
  const ours = [...old.childNodes];
  const theirs = [...fresh.childNodes];
  let start = 0;
  while (start < ours.length && start < theirs.length && ours[start].isEqualNode(theirs[start])) start += 1;
  let end = 0;
  const most = Math.min(ours.length, theirs.length) - start;
  while (end < most && ours.at(-1 - end).isEqualNode(theirs.at(-1 - end))) end += 1;

  const after = ours[ours.length - end] ?? null;
  const from = ours.slice(start, ours.length - end);
  const to = theirs.slice(start, theirs.length - end);
  to.forEach((node, n) => {
    const mine = from[n];
    if (!mine) old.insertBefore(document.importNode(node, true), after);
    else if (mine.nodeName !== node.nodeName) mine.replaceWith(document.importNode(node, true));
    else if (node.nodeType === Node.ELEMENT_NODE) {
      attributes(mine, node);
      children(mine, node, document);
    } else if (mine.data !== node.data) mine.data = node.data;
  });
  from.slice(to.length).forEach((node) => node.remove());
}

function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}
