/**
 * What leaves next for a destination: due retries, then the feed and replays in turn; and to a destination that is
 * only probed, whatever there is to probe it with. Reads; changes only the lane's and the replays' own places.
 */

import type { Log } from '../commit/event-log';
import type { DeliveryRow, DeliveryRows } from '../store/delivery-rows';
import type { StoredEvent } from '../store/event-tables';
import { type FeedEntry, readFeed } from '../store/feed';
import { type Flight, flightKey } from './delivery';
import { newTask, type Task } from './delivery-queue';
import { type Route, taskOfRow } from './destination-state';
import type { Replays } from './replays';
import { wants } from './wants';

/** How many entries of the feed are read at a time. */
const ENTRIES_PER_READ = 128;
/** How many entries one turn reads for a destination that wants few of them: appends must not wait for longer. */
const ENTRIES_PER_TURN = 2048;

export class Departures {
  #sql: SqlStorage;
  #log: Log;
  #rows: DeliveryRows;
  #replays: Replays;

  constructor(sql: SqlStorage, log: Log, rows: DeliveryRows, replays: Replays) {
    this.#sql = sql;
    this.#log = log;
    this.#rows = rows;
    this.#replays = replays;
  }

  /** Up to `room` deliveries to start now (`now` in ms since 1970). */
  next(route: Route, room: number, now: number): Flight[] {
    const { id } = route.destination;
    const probe = route.gate.open;
    const flights = this.#retries(route, this.#rows.due(id, now), room);
    const replaysFirst = route.replaysTurn && this.#replays.waits(id);
    route.replaysTurn = !replaysFirst;
    const share = replaysFirst ? Math.ceil((room - flights.length) / 2) : 0;
    flights.push(...this.#replayed(route, share));
    flights.push(...this.#fresh(route, room - flights.length, now));
    flights.push(...this.#replayed(route, room - flights.length));
    // Nothing is due by itself: the earliest retry tests the destination, without using up its schedule.
    if (probe && flights.length === 0) flights.push(...this.#retries(route, this.#rows.upcoming(id), 1));
    for (const { task } of flights) task.flyingSince = now;
    return flights.map(flight => ({ ...flight, probe, startedAt: now }));
  }

  #retries(route: Route, rows: Iterable<DeliveryRow>, room: number): Flight[] {
    const { lane, flying } = route;
    const flights: Flight[] = [];
    if (room < 1) return flights;
    for (const row of rows) {
      const { destinationId, sequence, replay } = row;
      if (flying.has(flightKey(destinationId, sequence, replay))) continue;
      const waiting = replay === 0 ? lane.find(sequence) : null;
      // After a crash the scan comes to it again first: then its place is known.
      if (waiting === null && replay === 0 && row.ordinal > lane.scan.ordinal && isRevisiting(route))
        continue;
      // It became ordered after it had failed: now it waits for its turn as well.
      if (waiting !== null && !lane.isFirst(waiting)) continue;
      const flight = this.#flight(route, waiting ?? taskOfRow(row, []), replay, row);
      // Past its retention: housekeeping drops the row too.
      if (flight === null) continue;
      flights.push(flight);
      if (flights.length >= room) break;
    }
    return flights;
  }

  #fresh(route: Route, room: number, now: number): Flight[] {
    const { lane, destination } = route;
    let read = 0;
    for (let limit = lane.scanRoom(room); limit > 0 && this.#isBehind(route); limit = lane.scanRoom(room)) {
      if (read >= ENTRIES_PER_TURN) {
        route.unread = true;
        break;
      }
      const count = Math.min(ENTRIES_PER_READ, limit);
      const entries = readFeed(this.#sql, this.#log, lane.scan, count);
      lane.pass(entries, event => wants(destination, event, this.#log.segments), this.#fates(route, entries));
      read += entries.length;
      if (entries.length < count) {
        const { lastSequence, lastRelease } = this.#log.head;
        lane.passAll({ sequence: lastSequence, release: lastRelease });
      }
    }
    if (room < 1) return [];
    const flights: Flight[] = [];
    for (const task of lane.take(room, now)) {
      const flight = this.#flight(route, task, 0, null);
      if (flight === null) lane.settle(task);
      else flights.push(flight);
    }
    return flights;
  }

  #isBehind({ lane }: Route): boolean {
    const { lastSequence, lastRelease } = this.#log.head;
    return lane.scan.sequence < lastSequence || lane.scan.release < lastRelease;
  }

  /** The rows of events that the scan passed before a crash. */
  #fates(route: Route, entries: readonly FeedEntry[]): ReturnType<DeliveryRows['fates']> {
    if (!isRevisiting(route)) return new Map();
    const sequences = entries.flatMap(({ event }) => (event === null ? [] : [event.sequence]));
    return this.#rows.fates(route.destination.id, sequences);
  }

  #replayed(route: Route, room: number): Flight[] {
    if (room < 1) return [];
    const flights: Flight[] = [];
    const wanted = (event: StoredEvent) => wants(route.destination, event, this.#log.segments);
    const { taken, unread } = this.#replays.take(route.destination.id, room, wanted);
    if (unread) route.unread = true;
    for (const { job, event } of taken) {
      const task = { ...newTask(event.sequence, 0, 0, []), event };
      const flight = this.#flight(route, task, job.id, null);
      if (flight !== null) flights.push({ ...flight, newId: job.newId });
    }
    return flights;
  }

  #flight(route: Route, task: Task, replay: number, row: DeliveryRow | null): Flight | null {
    const event = task.event ?? this.#log.segments.get(task.sequence);
    if (event === null) return null;
    const newId = replay !== 0 && (row?.newId ?? false);
    const { id: destinationId } = route.destination;
    return { destinationId, event, task, row, replay, newId, probe: false, startedAt: 0 };
  }
}

/** Whether the scan is where it may have been before a crash. */
function isRevisiting({ lane, revisitsUpTo }: Route): boolean {
  return lane.scan.sequence < revisitsUpTo.sequence || lane.scan.release < revisitsUpTo.release;
}
