/**
 * What leaves next for a destination: due retries, then the feed and replays in turn; and to a destination that is
 * only probed, whatever there is to probe it with. Reads; changes only the lane's and the replays' own places.
 */
import type { DeliveryRow, DeliveryRows } from './delivery-rows';
import { readFeed } from './feed';
import { type Flight, flightKey } from './flight';
import { newTask, type Task } from './lane';
import type { Replays } from './replays';
import { type Route, taskOfRow } from './route';
import type { Segments, StoredEvent } from './segments';
import { wants } from './wants';

/** How many entries of the feed one scan reads at most. */
const SCAN_ENTRIES = 128;

export class Departures {
  #sql: SqlStorage;
  #segments: Segments;
  #rows: DeliveryRows;
  #replays: Replays;

  constructor(sql: SqlStorage, segments: Segments, rows: DeliveryRows, replays: Replays) {
    this.#sql = sql;
    this.#segments = segments;
    this.#rows = rows;
    this.#replays = replays;
  }

  /** Up to `room` deliveries to start now (`now` in ms since 1970). */
  next(route: Route, room: number, now: number): Flight[] {
    const probe = route.gate.open;
    const flights = this.#retries(
      route,
      this.#rows.due(route.destination.id, now, room + route.flying.size),
      room,
    );
    const replaysFirst = route.replaysTurn && this.#replays.waits(route.destination.id);
    route.replaysTurn = !replaysFirst;
    const share = replaysFirst ? Math.ceil((room - flights.length) / 2) : 0;
    flights.push(...this.#replayed(route, share));
    flights.push(...this.#fresh(route, room - flights.length));
    flights.push(...this.#replayed(route, room - flights.length));
    if (probe && flights.length === 0) {
      // Nothing is due by itself: the earliest retry tests the destination, without using up its schedule.
      flights.push(
        ...this.#retries(route, this.#rows.earliest(route.destination.id, 1 + route.flying.size), 1),
      );
    }
    return flights.map(flight => ({ ...flight, probe, startedAt: now }));
  }

  #retries(route: Route, rows: readonly DeliveryRow[], room: number): Flight[] {
    const flights: Flight[] = [];
    for (const row of rows) {
      if (flights.length >= room) break;
      const { destinationId, sequence, replay } = row;
      if (route.flying.has(flightKey(destinationId, sequence, replay))) continue;
      const task = (replay === 0 ? route.lane.find(sequence) : null) ?? taskOfRow(row, []);
      const flight = this.#flight(route, task, replay, row);
      // Past its retention: housekeeping drops the row too.
      if (flight !== null) flights.push(flight);
    }
    return flights;
  }

  #fresh(route: Route, room: number): Flight[] {
    const { lane, destination } = route;
    for (let limit = lane.scanRoom(room); limit > 0; limit = lane.scanRoom(room)) {
      const count = Math.min(SCAN_ENTRIES, limit);
      const entries = readFeed(this.#sql, this.#segments, lane.scan, count);
      lane.pass(entries, event => wants(destination, event, this.#segments));
      if (entries.length < count) break;
    }
    if (room < 1) return [];
    const flights: Flight[] = [];
    for (const task of lane.take(room)) {
      const flight = this.#flight(route, task, 0, null);
      if (flight === null) lane.settle(task);
      else flights.push(flight);
    }
    return flights;
  }

  #replayed(route: Route, room: number): Flight[] {
    if (room < 1) return [];
    const flights: Flight[] = [];
    const wanted = (event: StoredEvent) => wants(route.destination, event, this.#segments);
    for (const { job, event } of this.#replays.take(route.destination.id, room, wanted)) {
      const task = { ...newTask(event.sequence, 0, 0, []), event };
      const flight = this.#flight(route, task, job.id, null);
      if (flight !== null) flights.push({ ...flight, newId: job.newId });
    }
    return flights;
  }

  #flight(route: Route, task: Task, replay: number, row: DeliveryRow | null): Flight | null {
    const event = task.event ?? this.#segments.get(task.sequence);
    if (event === null) return null;
    const newId = replay !== 0 && (row?.newId ?? false);
    const { id: destinationId } = route.destination;
    return { destinationId, event, task, row, replay, newId, probe: false, startedAt: 0 };
  }
}
