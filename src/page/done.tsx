/**
 * What was just done, said once on the page that follows. The address has a word and a number, never a sentence: a link that
 * somebody else made says nothing of its own here.
 */
import type { PageContext } from './context';
import { numberText } from './parts/state';

const SENTENCES = {
  retried: (count: number) =>
    count === 0
      ? 'Nothing waits for this destination.'
      : count === 1
        ? 'One delivery waits, and leaves now.'
        : `${numberText(count)} deliveries wait, and leave now in their order.`,
  paused: () => 'Paused. What arrives for it waits, within retention.',
  resumed: () => 'Active again. What waited leaves now, in its order.',
  replayed: (count: number) =>
    count === 0
      ? 'Nothing was sent: no destination wants it.'
      : `Sent again to ${count === 1 ? 'one destination' : `${numberText(count)} destinations`}.`,
  released: () => 'Released: it is forwarded now.',
  kept: () => 'Still in quarantine: it is not valid now either. The issues below say why.',
  again: () => 'Released: an event like it had been accepted before, so it is not forwarded once more.',
  changed: () => 'Changed.',
  removed: () => 'The destination is removed. Its events stay in the log.',
  deleted: () => 'The webhook is deleted, with its events.',
  sampled: (sequence: number) => `A signed sample came in and is event #${sequence}.`,
  captured: () => 'For ten minutes refused requests are kept whole. Have the provider send one again.',
  added: () => 'Added, as not signed: this is the event.',
  known: () => 'It was here already: nothing was added.',
  closed: () => 'Closed. It counts as missing no more.',
  cancelled: () => 'Cancelled. What was sent was sent; the rest is not.',
} as const;

export type Done = keyof typeof SENTENCES;

const isDone = (text: string | undefined): text is Done =>
  text !== undefined && Object.hasOwn(SENTENCES, text);

/** Leads back to a page, which says what was done. */
export const backTo = (c: PageContext, path: string, done: Done, count = 0): Response =>
  c.redirect(`${path}?done=${done}.${count}`, 303);

export function DoneNotice({ c }: { c: PageContext }) {
  const [, word, count = ''] = /^(\w+)\.(\d{1,9})$/.exec(c.req.query('done') ?? '') ?? [];
  if (!isDone(word)) return null;
  return (
    <p class="notice good" role="status">
      {SENTENCES[word](Number(count))}
    </p>
  );
}
