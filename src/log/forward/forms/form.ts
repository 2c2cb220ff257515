/**
 * The form in which OPERATIONS_URL wants notices: as they are, or as Slack, Microsoft Teams or PagerDuty read them.
 *
 * Its fragment says so (`#json`, `#slack`, `#teams`, `#pagerduty`), else its host. A fragment is never sent, so PagerDuty's
 * routing key stands there as well (`#routing_key=…`): in no address that goes over the wire, in no line of a log.
 */
import { readNotice } from './notice-text';
import { pagerdutyBody } from './pagerduty';
import { slackBody } from './slack';
import { teamsBody } from './teams';

export type Form = 'json' | 'slack' | 'teams' | 'pagerduty';

const FORMS: readonly Form[] = ['json', 'slack', 'teams', 'pagerduty'];

/** Hosts, or their ends after a dot. Workflows of Teams have addresses of Power Automate. */
const HOSTS: readonly [host: string, form: Form][] = [
  ['hooks.slack.com', 'slack'],
  ['hooks.slack-gov.com', 'slack'],
  ['.logic.azure.com', 'teams'],
  ['.api.powerplatform.com', 'teams'],
  ['.webhook.office.com', 'teams'],
  ['events.pagerduty.com', 'pagerduty'],
  ['events.eu.pagerduty.com', 'pagerduty'],
];

const fragmentOf = ({ hash }: URL): URLSearchParams => new URLSearchParams(hash.slice(1));

/** `json` also for what is no URL. */
export function formOf(url: string): Form {
  const address = URL.parse(url);
  if (address === null) return 'json';
  const fragment = fragmentOf(address);
  const said = FORMS.find(form => fragment.has(form));
  if (said !== undefined) return said;
  const known = HOSTS.find(([host]) =>
    host.startsWith('.') ? address.hostname.endsWith(host) : address.hostname === host,
  );
  return known?.[1] ?? 'json';
}

/** PagerDuty's integration key; empty where the fragment has none, so that PagerDuty refuses what comes. */
export function routingKeyOf(url: string): string {
  const address = URL.parse(url);
  return address === null ? '' : (fragmentOf(address).get('routing_key') ?? '');
}

/** The body of a notice, as it is stored, in the form that the URL wants. */
export function inForm(url: string, body: Uint8Array): Uint8Array {
  const form = formOf(url);
  if (form === 'json') return body;
  const notice = readNotice(body);
  const encode = (message: object): Uint8Array => new TextEncoder().encode(JSON.stringify(message));
  if (form === 'slack') return encode(slackBody(notice));
  if (form === 'teams') return encode(teamsBody(notice));
  return encode(pagerdutyBody(notice, routingKeyOf(url)));
}
