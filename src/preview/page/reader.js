// The reader switcher: who reads, the one before and after, a search, and the worst ones.

import { $, make, number, say } from './dom.js';
import { latest } from './latest.js';

// `ask(path, signal)` fetches JSON of this campaign; `choose(index)` shows that reader.
export function readers(ask, choose) {
  search(ask, choose);
  worst(ask, choose);
  return { show };
}

function show(reader, file) {
  const { index, count, made_up: madeUp } = reader;
  say($('reader-count'), madeUp ? '' : `${number(index + 1)} of ${number(count)}`);
  say($('reader-name'), reader.name || reader.email);
  say($('reader-email'), madeUp ? 'made up: there is no list' : reader.name ? reader.email : '');
  say($('reader-line'), reader.line ? `line ${number(reader.line)}` : '');
  $('reader-line').title = reader.line && file ? `${file}:${reader.line}` : '';
  $('previous').disabled = index <= 0;
  $('next').disabled = index >= count - 1;
  $('find-row').hidden = madeUp || count < 2;

  $('fields').hidden = reader.fields.length === 0;
  say($('fields-count'), String(reader.fields.length));
  $('fields-list').replaceChildren(...reader.fields.map(([name, value]) => make('div', {},
    make('dt', {}, name, ...(reader.types[name] ? [make('small', {}, reader.types[name])] : [])),
    make('dd', {}, value === null ? make('em', {}, 'blank') : make('bdi', {}, value)))));
}

// A combobox: the field keeps the focus, the list below shows what is found.
function search(ask, choose) {
  const field = $('find');
  const list = $('found');
  const next = latest();
  let found = [];
  let active = -1;

  const open = (yes) => {
    list.hidden = !yes;
    field.setAttribute('aria-expanded', yes);
    if (!yes) mark(-1);
  };
  const mark = (n) => {
    active = n;
    list.querySelectorAll('[role="option"]').forEach((option, m) => option.setAttribute('aria-selected', m === n));
    if (n < 0) field.removeAttribute('aria-activedescendant');
    else {
      field.setAttribute('aria-activedescendant', `found-${n}`);
      list.children[n].scrollIntoView({ block: 'nearest' });
    }
  };
  const find = async () => {
    const signal = next();
    const answer = await ask(`readers.json?find=${encodeURIComponent(field.value.trim())}`, signal).catch(() => null);
    if (!answer || signal.aborted || document.activeElement !== field) return;
    found = answer.readers;
    const options = found.map((reader, n) => make('li', { role: 'option', id: `found-${n}`, 'aria-selected': 'false' }, ...person(reader)));
    const rest = found.length === 0 ? 'nobody is called so' : answer.more ? 'and more: type on' : null;
    if (rest) options.push(make('li', { class: 'rest', role: 'presentation' }, rest));
    list.replaceChildren(...options);
    open(true);
    mark(found.length ? 0 : -1);
  };
  const take = (reader) => {
    next();
    field.value = '';
    open(false);
    // Out of the field, so that j and k go on from here.
    $($('next').disabled ? 'previous' : 'next').focus();
    choose(reader.index);
  };

  field.addEventListener('input', find);
  field.addEventListener('blur', () => { next(); open(false); });
  field.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (list.hidden) find();
      else if (found.length) mark((active + step + found.length) % found.length);
    } else if (event.key === 'Enter' && found[active] && !list.hidden) {
      event.preventDefault();
      take(found[active]);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (!list.hidden) { next(); open(false); } else if (field.value) field.value = ''; else field.blur();
    }
  });
  // Not `click` alone: the field would lose its focus first, and the list would be gone.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) take(found[Number(option.id.slice('found-'.length))]);
  });
}

// A menu: the readers with whom a letter goes wrong first.
function worst(ask, choose) {
  const button = $('worst-open');
  const menu = $('worst');
  const next = latest();

  const close = (back) => {
    next();
    menu.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    if (back) button.focus();
  };
  const open = async () => {
    const signal = next();
    const answer = await ask('worst.json', signal).catch(() => null);
    if (!answer || signal.aborted) return;
    menu.replaceChildren(...answer.readers.map((reader) => {
      const item = make('li', { role: 'menuitem', tabindex: '-1' }, make('span', { class: 'why' }, reader.why), ...person(reader));
      item.addEventListener('click', () => { close(true); choose(reader.index); });
      return item;
    }));
    if (answer.readers.length === 0) menu.append(make('li', { class: 'rest', role: 'menuitem', tabindex: '-1' }, 'nobody stands out'));
    menu.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    menu.firstElementChild.focus();
  };

  button.addEventListener('click', () => (menu.hidden ? open() : close(true)));
  menu.addEventListener('focusout', (event) => {
    if (!menu.contains(event.relatedTarget) && event.relatedTarget !== button) close(false);
  });
  menu.addEventListener('keydown', (event) => {
    const items = [...menu.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items.at(to % items.length).focus();
    else if (event.key === 'Enter' || event.key === ' ') document.activeElement.click();
    else if (event.key === 'Escape') close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function person(reader) {
  return [
    make('bdi', { class: 'option-name' }, reader.name || reader.email),
    reader.name ? make('bdi', { class: 'option-email' }, reader.email) : null,
  ];
}

