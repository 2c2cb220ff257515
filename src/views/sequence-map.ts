/** What became of the ids of a numbering, as answers show it. */
import type { SequenceMap } from '../log/contract/sequence-map';
import { timeOrNull, timeText } from '../time';

type Found = Extract<SequenceMap, { kind: 'ok' | 'unnumbered' }>;

export type SequenceMapView = ReturnType<typeof sequenceMapView>;

export function sequenceMapView(map: Found) {
  if (map.kind === 'unnumbered') return { numbered: false as const, cells: [] };
  return {
    numbered: true as const,
    epochs: map.epochs.map(({ epoch, first, highest, startedAt }) => ({
      ...{ epoch, first, highest, started_at: timeText(startedAt) },
    })),
    epoch: map.epoch,
    exact: map.exact,
    cells: map.cells.map(({ receivedAt, ...cell }) => ({ ...cell, received_at: timeOrNull(receivedAt) })),
  };
}
