// What became of a campaign so far, in words.

import { number } from './dom.js';

export function outcome({ sent, of, failed, deferred, in_doubt: inDoubt }) {
  const parts = [of === null || of === undefined ? `sent to ${number(sent)}` : `sent to ${number(sent)} of ${number(of)}`];
  if (failed) parts.push(`${number(failed)} failed`);
  if (deferred) parts.push(`${number(deferred)} deferred`);
  if (inDoubt) parts.push(`${number(inDoubt)} in doubt`);
  return parts.join(', ');
}
