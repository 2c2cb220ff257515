/**
 * A notice for an incoming webhook of Slack: lines of plain text. `mrkdwn: false`, so that no character of a name is markup;
 * `&`, `<` and `>` are escaped all the same, as they would be links and mentions. Pure.
 */
import type { ReadNotice } from './notice-text';

/** Slack advises 4,000 characters, and cuts at 40,000. */
const MAX_CHARACTERS = 4000;

export function slackBody({ title, facts, link }: ReadNotice): object {
  const last = link === null ? '' : `\n${link}`;
  let text = escaped(title);
  for (const [name, value] of facts) {
    const next = `${text}\n${escaped(`${name}: ${value}`)}`;
    if (next.length + escaped(last).length > MAX_CHARACTERS) break;
    text = next;
  }
  return { text: text + escaped(last), mrkdwn: false, unfurl_links: false };
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
