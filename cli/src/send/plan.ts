/** Which requests `gapless send` makes, in which order. Pure. */

export type Plan = {
  /** The increment id of the first; null for none. */
  increment: number | null;
  count: number;
  /** Of which increment ids nothing is sent. */
  holes: readonly number[];
  /** Each is sent a second time, with the same bytes. */
  isTwice: boolean;
};

export type Step = {
  incrementId: number | null;
  /** The same request as in the step before. */
  isRepeated: boolean;
};

/** `count` requests, not counting repeated ones; ids that are left out take up no request. */
export function stepsOf({ increment, count, holes, isTwice }: Plan): Step[] {
  const steps: Step[] = [];
  let id = increment;
  for (let made = 0; made < count; made++) {
    while (id !== null && holes.includes(id)) id += 1;
    steps.push({ incrementId: id, isRepeated: false });
    if (isTwice) steps.push({ incrementId: id, isRepeated: true });
    if (id !== null) id += 1;
  }
  return steps;
}
