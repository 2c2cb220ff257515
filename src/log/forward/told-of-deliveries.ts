/**
 * What a flush has to tell: deliveries that were given up, destinations that fail, and those that answer again. Pure.
 *
 * Nothing is told of the operator's own address, nor of the delivery of a notice: that would be a loop.
 */
import type { Log } from '../../log-line';
import type { AlertChange } from '../commit/open-alerts';
import type { DeliveryRow } from '../store/delivery-row';
import type { Ended } from './delivery-ends';
import type { CircuitChange, DestinationState } from './destination-state';
import { OPERATIONS_ID } from './operations-destination';

/** That a delivery was given up, where somebody is told of it. @param replayId the replay that it was of; null for none */
export function deadAlert(
  { destination }: DestinationState,
  { delivery: { event }, result }: Ended,
  { sequence, attempts, error }: DeliveryRow,
  replayId: number | null,
): AlertChange[] {
  const { id: destination_id, url } = destination;
  if (event.operational || destination_id === OPERATIONS_ID) return [];
  const details = {
    ...{ destination_id, url, sequence, topics: [...event.topics], attempts },
    ...{ last_error: error, last_status: result.status },
    ...(replayId === null ? {} : { replay_id: replayId }),
  };
  return [{ kind: 'tell', topic: 'gateway:delivery_dead', details }];
}

/**
 * What became of the destination since the last flush.
 * @param answered whether a delivery arrived @param gone whether it answered 410, which has an alert of its own
 */
export function destinationAlerts(
  state: DestinationState,
  { answered, gone }: { answered: boolean; gone: boolean },
): AlertChange[] {
  const { id: destination_id, url, isActive } = state.destination;
  if (destination_id === OPERATIONS_ID) return [];
  if (answered && !state.gate.onlyProbes) {
    const details = { destination_id, url };
    return [{ kind: 'end', conditions: ['failing', 'disabled'], details }];
  }
  const opened = state.gate.onlyProbes && state.circuitChanges.at(-1) === 'opened';
  return opened && isActive && !gone ? [failingAlert(state)] : [];
}

/** That a destination takes nothing, however it was found out. */
export function failingAlert({ destination, failing }: DestinationState): AlertChange {
  const { id: destination_id, url } = destination;
  const details = {
    ...{ destination_id, url },
    since: failing === null ? null : new Date(failing.since).toISOString(),
    ...{ attempts: failing?.attempts ?? 0, last_error: failing?.error ?? null },
    ...{ last_status: failing?.status ?? null, topics: failing?.topics ?? [] },
  };
  return { kind: 'begin', condition: 'failing', details };
}

/** What operators see of a circuit. */
export const circuitLines = ({ destination, circuitChanges }: DestinationState): Parameters<Log>[] =>
  circuitChanges.map(change => [lineOf(change), { destination_id: destination.id }]);

const lineOf = (change: CircuitChange) => (change === 'recovered' ? 'circuit_closed' : 'circuit_opened');
