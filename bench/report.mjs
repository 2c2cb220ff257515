/** The figures as people read them: each budget with its target, then what stands beside them. */
import { cpus, release } from 'node:os';
import { eventCost, monthly, sum } from './dollars.mjs';

export function report(figures, sizes) {
  const parts = [
    `## ${new Date().toISOString().slice(0, 10)}`,
    `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Linux ${release()}, Node ${process.version}; the load and its receivers run on the same machine. Sizes: ${JSON.stringify(sizes)}`,
    table(['budget', 'measured', 'target', ''], budgets(figures)),
    acks(figures),
    lags(figures),
    object(figures),
    dollars(figures),
    bodies(figures),
    soak(figures, sizes),
    `Memory of workerd at the end: ${Math.round(figures.memory)} MiB.`,
  ];
  return parts.filter(part => part !== null).join('\n\n');
}

function budgets({ accept, delivery, object, isolation, log, rows, trickles, bundle }) {
  const lines = [];
  const atLeast = (name, value, target) =>
    lines.push([name, round(value), `≥ ${target}`, met(value >= target)]);
  const atMost = (name, value, target) =>
    lines.push([name, round(value), `≤ ${target}`, met(value <= target)]);
  if (accept !== null) {
    const busiest = accept.byConnections.at(-1);
    atLeast('accepted per second ÷ floor, 128 connections', busiest.ratio, 2);
    lines.push(['the same, Apideck', round(accept.apideck.ratio), '', '']);
    atMost('KV reads per event under load', busiest.kvReads, 0.05);
  }
  if (delivery !== null) {
    atLeast('delivered to a receiver that takes 50 ms ÷ floor', delivery.after50.ratio, 0.5);
    atLeast('delivered to a receiver that answers at once ÷ floor', delivery.atOnce.ratio, 0.8);
    const { lag, calmLag } = delivery.atOnce;
    if (lag !== null) atMost('p99 ms from ack to delivery at that rate', lag.p99, 40);
    if (calmLag !== null) atMost('the same at two thirds of that rate', calmLag.p99, 20);
  }
  if (object !== null) {
    const { accepted, delivered } = object.byBatch.at(-1);
    atMost("ms of the webhook's object per event accepted", accepted.called, 0.08);
    atMost('the same, accepted and delivered', delivered.called, 0.25);
  }
  if (rows !== null) {
    const { shipstream, apideck } = rows;
    atMost('rows written per event, sequential, increment id', shipstream.sequential.written, 3);
    atMost('rows written per event, sequential, event id', apideck.sequential.written, 3);
    const [numbered, named] = [trickles['one a minute'], trickles['one a minute, event ids']];
    if (numbered !== undefined) atMost('rows written per event, isolated, increment id', numbered.written, 4);
    if (named !== undefined) atMost('rows written per event, isolated, event id', named.written, 5);
    atMost('rows written per event, under load, increment id', shipstream.load.written, 1.3);
    atMost('rows written per event, under load, event id', apideck.load.written, 2.3);
  }
  if (log !== null) atLeast(`ack rate with ${log.events} events in the log ÷ with none`, log.ratio, 0.9);
  if (isolation !== null) atMost("healthy destination's p99 beside 10 hung ones ÷ alone", isolation.ratio, 2);
  atMost(
    `KiB of the Worker that its start evaluates, gzip (of ${round(bundle.whole)} in all)`,
    bundle.atStart,
    200,
  );
  return lines;
}

function bodies({ bodies }) {
  if (bodies === null) return null;
  const { hung, unfinished } = bodies;
  const lines = hung.map(({ webhooks, taken, whileHung, delivered, wanted, twice }) => [
    ...[webhooks, taken, whileHung - taken].map(value => String(Math.round(value))),
    `${delivered} of ${wanted}, ${twice} twice`,
  ]);
  const heads = [
    'webhooks',
    'MiB for taking events in',
    'MiB more while 20 destinations of each hang',
    'then delivered',
  ];
  const { begun, refused, memory } = unfinished;
  return `Memory, twelve events of 1 MB a webhook:\n\n${table(heads, lines)}\n\n${begun} bodies of 1 MiB begun and not finished: ${refused} refused, ${Math.round(memory)} MiB.`;
}

function soak({ soak }, { soak: { rate } }) {
  if (soak === null) return null;
  const lines = soak.map(({ fromMinute, least, most }) => [
    String(fromMinute),
    ...[least, most].map(MiB => String(Math.round(MiB))),
  ]);
  return `Memory of workerd while ${rate} events a second are accepted and delivered:\n\n${table(['from minute', 'least MiB', 'most MiB'], lines)}`;
}

function acks({ accept }) {
  if (accept === null) return null;
  const lines = [...accept.byConnections, { ...accept.apideck, connections: '128, Apideck' }].map(one => [
    String(one.connections),
    String(Math.round(one.floor)),
    String(Math.round(one.rate)),
    ...[one.ratio, one.p50, one.p99, one.p999, one.cpuMs].map(round),
  ]);
  const heads = ['connections', 'floor/s', 'acks/s', 'ratio', 'p50 ms', 'p99 ms', 'p99.9 ms', 'CPU ms/event'];
  return `Acks, nothing to forward:\n\n${table(heads, lines)}`;
}

function lags({ delivery, isolation }) {
  const lines = [];
  const add = (name, rate, lag) =>
    lines.push([name, rate, ...(lag === null ? ['', ''] : [round(lag.p50), round(lag.p99)])]);
  if (delivery !== null) {
    const { atOnce, after50 } = delivery;
    add('receiver answers at once', String(Math.round(atOnce.rate)), atOnce.lag);
    add('… at two thirds of that', String(Math.round(atOnce.twoThirds ?? 0)), atOnce.calmLag);
    add('receiver takes 50 ms', String(Math.round(after50.rate)), after50.lag);
    add('… at two thirds of that', String(Math.round(after50.twoThirds ?? 0)), after50.calmLag);
  }
  if (isolation !== null) {
    add('alone', '50', isolation.alone);
    add('beside 10 hung', '50', isolation.beside);
  }
  if (lines.length === 0) return null;
  return `From ack to delivery, at the highest rate that keeps up, at two thirds of it, and at a steady 50/s:\n\n${table(['', 'events/s', 'p50 ms', 'p99 ms'], lines)}`;
}

function object({ object }) {
  if (object === null) return null;
  const lines = object.byBatch.map(({ batch, accepted, delivered }) => [
    String(batch),
    ...[accepted.inside, accepted.called, delivered.inside, delivered.called].map(round),
  ]);
  const heads = [
    'events a call',
    'accepted, inside',
    'accepted, by RPC',
    'and delivered, inside',
    'and delivered, by RPC',
  ];
  return `The webhook's object alone, ms of CPU per event:\n\n${table(heads, lines)}\n\nA courier alone: ${round(object.courier)} ms per event.`;
}

function dollars({ rows, trickles, accept, delivery, log }) {
  if (rows === null) return null;
  const busiest = accept?.byConnections.at(-1);
  // The CPU time of the whole process with one receiver. It includes the platform's own part, so it is more than is billed.
  // What was not measured in this run is left out.
  const shared = {
    cpuMs: delivery?.atOnce.cpuMs ?? Number.NaN,
    kvReads: busiest?.kvReads ?? Number.NaN,
    storedBytes: log?.bytesPerEvent ?? Number.NaN,
  };
  const names = Object.keys(eventCost(rows.shipstream.load, shared));
  const columns = [
    ['under load', rows.shipstream.load, null],
    ['sequential', rows.shipstream.sequential, null],
    ['under load, event ids', rows.apideck.load, null],
    ...Object.entries(trickles).map(([name, figures]) => [name, figures, figures.intervalMs]),
  ].map(([name, figures, intervalMs]) => ({
    name,
    figures,
    intervalMs,
    // When events are rare, the edge has no cached record, and each event costs a read of KV.
    costs: eventCost(figures, intervalMs === null ? shared : { ...shared, kvReads: 1 }),
  }));
  const lines = names.map(name => [name, ...columns.map(({ costs }) => money(costs[name] * 1e6))]);
  lines.push(['**per million events**', ...columns.map(({ costs }) => `**${money(sum(costs) * 1e6)}**`)]);
  lines.push([
    'per webhook and month',
    ...columns.map(({ costs, intervalMs }) => (intervalMs === null ? '' : money(monthly(costs, intervalMs)))),
  ]);
  const counted = columns.map(({ name, figures }) => [
    name,
    ...[figures.written, figures.alarmsSet, figures.read, figures.alarmRuns, figures.awakeMs].map(round),
    ...[figures.courierCalls, figures.courierAwakeMs].map(round),
  ]);
  const heads = [
    'per event',
    'rows written',
    'of these alarms set',
    'rows read',
    'alarm runs',
    'ms awake',
    'courier calls',
    'courier ms awake',
  ];
  return [
    'Dollars at list prices, beyond what a plan includes (without logs and traces):',
    table(['$ per million events', ...columns.map(({ name }) => name)], lines),
    'From these counts, one destination:',
    table(heads, counted),
  ].join('\n\n');
}

const round = value => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '');
const money = value => (Number.isFinite(value) ? `$${value.toFixed(2)}` : 'not measured');
const met = is => (is ? 'met' : '**not met**');

function table(heads, lines) {
  const row = cells => `| ${cells.join(' | ')} |`;
  return [row(heads), row(heads.map(() => '---')), ...lines.map(row)].join('\n');
}
