/**
 * A notice for a workflow of Microsoft Teams that posts cards ("When a Teams webhook request is received"): an Adaptive Card.
 * Its texts are runs of a `RichTextBlock`, in which nothing is Markdown, so that no name is a link. Pure.
 */
import type { ReadNotice } from './notice-text';

/** Teams takes 28 KB. With its frame, a card of so many characters is below, also where each has three bytes. */
const MAX_CHARACTERS = 7000;

const run = (text: string, look: object = {}): object => ({ type: 'TextRun', text: unbraced(text), ...look });
/** Cards fill in what stands in double braces. */
const unbraced = (text: string): string => text.replaceAll('{{', '{ {');
const block = (...inlines: object[]): object => ({ type: 'RichTextBlock', inlines });

export function teamsBody({ title, facts, link }: ReadNotice): object {
  const body = [block(run(title, { weight: 'Bolder', size: 'Medium' }))];
  let characters = title.length;
  for (const [name, value] of facts) {
    characters += name.length + value.length;
    if (characters > MAX_CHARACTERS) break;
    body.push(block(run(`${name}: `, { isSubtle: true }), run(value)));
  }
  const card = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.4',
    body,
    ...(link === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Show', url: link }] }),
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content: card }] };
}
