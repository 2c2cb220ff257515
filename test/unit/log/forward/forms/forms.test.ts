/** What Slack, Microsoft Teams and PagerDuty get of a notice: their form, within their limits, with names that are only text. */
import { describe, expect, it } from 'vitest';
import {
  type Notice,
  type NoticeDetails,
  noticeBody,
  type OperationalTopic,
} from '../../../../../src/log/commit/notices';
import { formOf, inForm } from '../../../../../src/log/forward/forms/form';
import { OPERATIONS_ID, operationsDestination } from '../../../../../src/log/forward/operations-destination';

const SLACK = 'https://hooks.slack.com/services/T0/B0/x';
const TEAMS = 'https://default1.2.environment.api.powerplatform.com/powerautomate/workflows/1?sig=s';
const PAGERDUTY = 'https://events.pagerduty.com/v2/enqueue#routing_key=0123456789abcdef0123456789abcdef';
const LINK = 'https://hooks.example.com/v1/webhooks/7/status?a=1&b=2';
/** Markup of each of the services, a line break, and what a card would fill in. */
const HOSTILE = '<!channel> *b* [x](https://evil.example) {{DATE(1)}}\n& `c`';

const failing: NoticeDetails = {
  destination_id: 'dst_a',
  destination_name: HOSTILE,
  since: '2026-11-02T00:00:00.000Z',
  last_error: 'status',
  topics: ['order:created'],
  link: LINK,
};
const notice = (topic: OperationalTopic, details: NoticeDetails = failing): Notice => ({
  ...{ topic, count: 1, entries: [details] },
});
const bodyOf = (one: Notice, context: NoticeDetails = {}, name: string | null = HOSTILE): Uint8Array =>
  noticeBody({ id: 7, name }, one, context);
const sent = <T>(url: string, body: Uint8Array): T => JSON.parse(new TextDecoder().decode(inForm(url, body)));

type Event = {
  routing_key: string;
  event_action: string;
  dedup_key: string;
  payload?: { summary: string; severity: string; source: string; custom_details: Record<string, string> };
  links?: { href: string }[];
};

describe('the form of OPERATIONS_URL', () => {
  it.each([
    ['https://ops.example.com/', 'json'],
    ['no url', 'json'],
    [SLACK, 'slack'],
    ['https://chat.example.com/hook#slack', 'slack'],
    [TEAMS, 'teams'],
    ['https://prod-1.westeurope.logic.azure.com:443/workflows/1', 'teams'],
    ['https://prod-1.westeurope.logic.azure.com/workflows/1#json', 'json'],
    ['https://logic.azure.com.evil.example/', 'json'],
    [PAGERDUTY, 'pagerduty'],
    ['https://events.eu.pagerduty.com/v2/enqueue#routing_key=1', 'pagerduty'],
    ['https://pager.example.com/#pagerduty&routing_key=1', 'pagerduty'],
  ])('is told by its fragment, else by its host: %s', (url, form) => {
    expect(formOf(url)).toBe(form);
  });

  it('leaves what is JSON as it is', () => {
    const body = bodyOf(notice('gateway:gap_opened'));
    expect(inForm('https://ops.example.com/', body)).toBe(body);
  });

  it('keeps the fragment, and so the routing key, out of the address', () => {
    const destination = operationsDestination(PAGERDUTY);
    expect(destination).toMatchObject({ id: OPERATIONS_ID, url: 'https://events.pagerduty.com/v2/enqueue' });
    expect(JSON.stringify(destination)).not.toContain('0123456789abcdef');
    expect(destination?.ordering).toBe('strict');
    expect(destination?.topics).not.toContain('gateway:gap_filled');
  });
});

describe('Slack', () => {
  it('gets plain text in which no name is markup', () => {
    const message = sent<{ text: string; mrkdwn: boolean }>(
      SLACK,
      bodyOf(notice('gateway:destination_failing')),
    );
    expect(message.mrkdwn).toBe(false);
    expect(message.text.split('\n')).toEqual([
      '&lt;!channel&gt; *b* [x](https://evil.example) {{DATE(1)}} &amp; `c` (7): destination failing',
      'destination: &lt;!channel&gt; *b* [x](https://evil.example) {{DATE(1)}} &amp; `c` (dst_a)',
      'since: 2026-11-02T00:00:00.000Z',
      'last error: status',
      'topics: order:created',
      LINK.replace('&', '&amp;'),
    ]);
  });

  it('gets at most 4,000 characters, and the link with them', () => {
    const { text } = sent<{ text: string }>(SLACK, bodyOf(long(), { link: LINK }));
    expect(text.length).toBeLessThanOrEqual(4000);
    expect(text).toContain('×10000');
    expect(text.endsWith(LINK.replace('&', '&amp;'))).toBe(true);
  });
});

describe('Microsoft Teams', () => {
  type Card = { body: { type: string; inlines: { text: string }[] }[]; actions?: object[] };
  type Message = { type: string; attachments: { contentType: string; content: Card }[] };
  const card = (one: Notice): Card | undefined => sent<Message>(TEAMS, bodyOf(one)).attachments[0]?.content;

  it('gets an Adaptive Card of runs of text, which know no Markdown', () => {
    const { type, attachments } = sent<Message>(TEAMS, bodyOf(notice('gateway:destination_failing')));
    expect(type).toBe('message');
    expect(attachments[0]).toMatchObject({
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: { type: 'AdaptiveCard', actions: [{ type: 'Action.OpenUrl', url: LINK }] },
    });
    const { body = [] } = attachments[0]?.content ?? {};
    expect(new Set(body.map(block => block.type))).toEqual(new Set(['RichTextBlock']));
    expect(body[0]?.inlines[0]?.text).toContain('[x](https://evil.example)');
    expect(JSON.stringify(body)).not.toContain('{{');
  });

  it('gets less than 28 KB, and no link where there is none', () => {
    const body = inForm(TEAMS, bodyOf(long('€')));
    expect(body.byteLength).toBeLessThan(28 * 1024);
    expect(card(notice('gateway:gap_opened', { from: 1, link: null }))?.actions).toBeUndefined();
  });
});

describe('PagerDuty', () => {
  it('gets a trigger and a resolve under one key', () => {
    const begun = sent<Event>(PAGERDUTY, bodyOf(notice('gateway:destination_failing')));
    expect(begun).toMatchObject({
      routing_key: '0123456789abcdef0123456789abcdef',
      event_action: 'trigger',
      dedup_key: 'gapless/webhooks/7/destination',
      payload: { severity: 'critical', source: 'gapless/webhooks/7' },
      links: [{ href: LINK }],
    });
    const { dedup_key } = begun;
    const over = sent<Event>(PAGERDUTY, bodyOf(notice('gateway:destination_recovered'), { still_open: 0 }));
    expect(over).toMatchObject({ event_action: 'resolve', dedup_key });
    const another = sent<Event>(
      PAGERDUTY,
      bodyOf(notice('gateway:destination_recovered'), { still_open: 1 }),
    );
    expect(another).toMatchObject({ event_action: 'trigger', dedup_key });
    expect(another.payload?.custom_details['still open']).toBe('1');
  });

  it('gets a summary of at most 1,024 characters and a key of at most 255', () => {
    const event = sent<Event>(PAGERDUTY, bodyOf(long()));
    expect(event.payload?.summary.length).toBeLessThanOrEqual(1024);
    expect(event.dedup_key.length).toBeLessThanOrEqual(255);
    expect(JSON.stringify(event).length).toBeLessThan(64 * 1024);
  });
});

/** As long as a notice can be, and for many. */
function long(character = 'x'): Notice {
  const topics = Array.from({ length: 10 }, () => character.repeat(85));
  const details: NoticeDetails = { ...failing, destination_name: character.repeat(200), topics };
  const entries = Array.from({ length: 20 }, () => details);
  return { topic: 'gateway:delivery_dead', count: 10_000, entries };
}
