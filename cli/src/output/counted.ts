/** A number with what it counts: `1 event`, `2 events`. */

export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count} ${count === 1 ? one : several}`;
