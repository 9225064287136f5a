// Sends one real mail to the author, and asks first.

import { $, make, say, words } from './dom.js';

const token = document.querySelector('meta[name="handbill-token"]').content;

// `about()` gives the state at hand, `url()` where to ask for the mail.
export function testMail(about, url) {
  const dialog = $('test');
  const send = $('test-send');
  const outcome = $('test-outcome');

  $('test-open').addEventListener('click', () => {
    const state = about();
    if (!state) return;
    const { to, why_not: whyNot } = state.test;
    const reader = state.reader.name || state.reader.email;
    $('test-words').replaceChildren(...(to
      ? ['The letter as ', make('bdi', {}, reader), ' would get it goes to ', make('strong', {}, to), ', its subject marked ', make('code', {}, '[test]'), '.']
      : words(whyNot ?? 'no test can be sent')));
    outcome.replaceChildren();
    send.hidden = !to;
    send.disabled = false;
    say(send, 'Send it');
    say($('test-close'), to ? 'Not now' : 'Close');
    dialog.showModal();
    $('test-close').focus();
  });

  $('test-close').addEventListener('click', () => dialog.close());

  send.addEventListener('click', async () => {
    send.disabled = true;
    outcome.className = 'outcome';
    outcome.replaceChildren('sending…');
    const { ok, message, help } = await post(url());
    outcome.className = `outcome ${ok ? 'good' : 'error'}`;
    outcome.replaceChildren(...words(message), ...(help ? [make('span', { class: 'help' }, ...words(help))] : []));
    say($('test-close'), 'Close');
    send.hidden = ok;
    send.disabled = false;
    $('test-close').focus();
  });
}

async function post(url) {
  try {
    const response = await fetch(url, { method: 'POST', headers: { 'x-handbill-token': token } });
    const answer = await response.json().catch(() => ({}));
    return { ok: response.ok, message: answer.message ?? `the preview answered ${response.status}`, help: answer.help };
  } catch {
    return { ok: false, message: 'the preview does not answer', help: 'whether the mail left is not known; run `handbill preview` again' };
  }
}
