/**
 * A notice for PagerDuty's Events API v2. One alert for each webhook and kind of trouble: the notice of a beginning triggers
 * it, that of an end resolves it when no more of its kind is open, and says so in it while others are. Pure.
 */
import type { OperationalTopic } from '../../commit/notices';
import type { ReadNotice } from './notice-text';

/** PagerDuty cuts, or refuses, what is longer. */
const MAX_SUMMARY = 1024;

type Severity = 'critical' | 'error' | 'warning' | 'info';
/** `kind`: what an alert is known by. `ends`: the notice ends such an alert. */
type Incident = { kind: string; severity: Severity; ends?: true };

/** What is not here is no trouble, and not sent. */
const INCIDENTS: Partial<Record<OperationalTopic, Incident>> = {
  'gateway:gap_opened': { kind: 'gap_opened', severity: 'warning' },
  'gateway:gap_uncertain': { kind: 'gap_uncertain', severity: 'warning' },
  'gateway:gap_expired': { kind: 'gap_expired', severity: 'error' },
  'gateway:event_quarantined': { kind: 'event_quarantined', severity: 'warning' },
  'gateway:delivery_dead': { kind: 'delivery_dead', severity: 'error' },
  'gateway:destination_failing': { kind: 'destination', severity: 'critical' },
  'gateway:destination_disabled': { kind: 'destination', severity: 'critical' },
  'gateway:destination_recovered': { kind: 'destination', severity: 'info', ends: true },
  'gateway:destination_behind': { kind: 'destination_behind', severity: 'warning' },
  'gateway:destination_caught_up': { kind: 'destination_behind', severity: 'info', ends: true },
  'gateway:source_silent': { kind: 'source_silent', severity: 'warning' },
  'gateway:source_resumed': { kind: 'source_silent', severity: 'info', ends: true },
  'gateway:requests_refused': { kind: 'requests_refused', severity: 'error' },
  'gateway:requests_accepted': { kind: 'requests_refused', severity: 'info', ends: true },
  'gateway:storage_high': { kind: 'storage', severity: 'error' },
  'gateway:storage_recovered': { kind: 'storage', severity: 'info', ends: true },
  'gateway:events_dropped': { kind: 'events_dropped', severity: 'warning' },
};

/** The topics that it takes: as patterns of a destination. */
export const PAGERDUTY_TOPICS: readonly string[] = Object.keys(INCIDENTS);

export function pagerdutyBody(notice: ReadNotice, routingKey: string): object {
  const { topic, webhookId, title, facts, link, stillOpen } = notice;
  const { kind, severity, ends = false } = INCIDENTS[topic] ?? { kind: topic, severity: 'info' };
  const source = `gapless/webhooks/${webhookId}`;
  const event = { routing_key: routingKey, dedup_key: `${source}/${kind}` };
  if (ends && (stillOpen ?? 0) === 0) return { ...event, event_action: 'resolve' };
  return {
    ...event,
    event_action: 'trigger',
    payload: {
      ...{ summary: [title, ...firstFact(facts)].join(' – ').slice(0, MAX_SUMMARY), source, severity },
      ...{ component: `webhook ${webhookId}`, class: topic, custom_details: details(facts) },
    },
    client: 'Gapless',
    ...(link === null ? {} : { client_url: link, links: [{ href: link, text: 'Show' }] }),
  };
}

const firstFact = (facts: ReadNotice['facts']): string[] =>
  facts.slice(0, 1).map(([name, value]) => `${name}: ${value}`);

/** Several facts may have one name. */
function details(facts: ReadNotice['facts']): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of facts) all[name] = name in all ? `${all[name]}; ${value}` : value;
  return all;
}
