/**
 * Unpacks DEFLATE (RFC 1951) with a bound on what comes out and on the work for it. The platform's `DecompressionStream` has
 * none: it unpacks whatever it is given before the first byte is read, and a MiB can hold a GiB.
 *
 * Each bit of the input is looked at once, and no more than MAX_BLOCKS times are codes built. Checksums are not looked at: the
 * caller has a signature over what comes out.
 */
import { err, ok, type Result } from '../result';

/** Packers make a block per 16 KiB or so, and a short one whenever they are flushed. */
const MAX_BLOCKS = 4096;
const MAX_BITS = 15;
const END_OF_BLOCK = 256;

type InflateProblem = 'broken' | 'too_large';

/** A canonical prefix code: how many codes there are of each length, and the symbols in the order of their codes. */
type Code = { counts: Uint16Array; symbols: Uint16Array };

/** For the symbols of lengths from 257 on, and of distances: the smallest value, and how many bits are added to it. */
const LENGTHS = steps(
  [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5],
  3,
);
const DISTANCES = steps(
  [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13],
  1,
);
const LONGEST = { base: 258, extra: 0 };
/** In which order the lengths of the code for code lengths are sent. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const FIXED = {
  literals: codeOf(
    Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
  ),
  distances: codeOf(Array(30).fill(5)),
};

function steps(extras: readonly number[], first: number): { base: number; extra: number }[] {
  let base = first;
  return extras.map(extra => {
    const step = { base, extra };
    base += 2 ** extra;
    return step;
  });
}

/** What is packed from `start` on, and the index after it. `max`: bytes that may come out. */
export function inflate(
  packed: Uint8Array,
  start: number,
  max: number,
): Result<{ bytes: Uint8Array; end: number }, InflateProblem> {
  const input = new Bits(packed, start);
  const output = new Output(max);
  const problem = () => input.problem ?? output.problem;
  for (let blocks = 1, isLast = false; !isLast && problem() === null; blocks++) {
    if (blocks > MAX_BLOCKS) return err('broken');
    isLast = input.take(1) === 1;
    readBlock(input.take(2), input, output);
  }
  const found = problem();
  return found === null ? ok({ bytes: output.bytes, end: input.end }) : err(found);
}

function readBlock(kind: number, input: Bits, output: Output): void {
  if (kind === 0) {
    for (const byte of input.stored()) output.put(byte);
    return;
  }
  if (kind === 3) input.problem = 'broken';
  const { literals, distances } = kind === 1 ? FIXED : readCodes(input);
  while (input.problem === null && output.problem === null) {
    const symbol = input.symbol(literals);
    if (symbol === END_OF_BLOCK) return;
    if (symbol < END_OF_BLOCK) output.put(symbol);
    else {
      const length = symbol === 285 ? LONGEST : LENGTHS[symbol - 257];
      const bytes = input.step(length);
      const distance = input.step(DISTANCES[input.symbol(distances)]);
      if (input.problem === null) output.repeat(bytes, distance);
    }
  }
}

/** The codes of one block, which are packed themselves. */
function readCodes(input: Bits): { literals: Code; distances: Code } {
  const literals = input.take(5) + 257;
  const distances = input.take(5) + 1;
  const sent = input.take(4) + 4;
  const lengths: number[] = Array(19).fill(0);
  for (const place of ORDER.slice(0, sent)) lengths[place] = input.take(3);
  const code = codeOf(lengths);
  const all: number[] = [];
  while (all.length < literals + distances && input.problem === null) {
    const symbol = input.symbol(code);
    if (symbol < 16) all.push(symbol);
    else if (symbol === 16) all.push(...Array(3 + input.take(2)).fill(all.at(-1) ?? 0));
    else all.push(...Array(symbol === 17 ? 3 + input.take(3) : 11 + input.take(7)).fill(0));
  }
  return {
    literals: codeOf(all.slice(0, literals)),
    distances: codeOf(all.slice(literals, literals + distances)),
  };
}

/** The code in which each symbol has so many bits; 0: it has none. */
function codeOf(lengths: readonly number[]): Code {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const next = new Uint16Array(MAX_BITS + 2);
  for (let bits = 1; bits <= MAX_BITS; bits++) next[bits + 1] = (next[bits] ?? 0) + (counts[bits] ?? 0);
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const at = next[length] ?? 0;
    symbols[at] = symbol;
    next[length] = at + 1;
  }
  return { counts, symbols };
}

/** The input, bit by bit. After a problem it gives zeros, and the end of each block. */
class Bits {
  problem: InflateProblem | null = null;
  #bytes: Uint8Array;
  /** Index of the next byte; `#byte` has the bits of the one before it that are left. */
  #at: number;
  #byte = 0;
  #left = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  get end(): number {
    return this.#at;
  }

  #bit(): number {
    if (this.#left === 0) {
      if (this.#at >= this.#bytes.length) {
        this.problem = 'broken';
        return 0;
      }
      this.#byte = this.#bytes[this.#at++] ?? 0;
      this.#left = 8;
    }
    const bit = this.#byte & 1;
    this.#byte >>= 1;
    this.#left--;
    return bit;
  }

  take(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) value |= this.#bit() << i;
    return value;
  }

  step(step: { base: number; extra: number } | undefined): number {
    if (step === undefined) {
      this.problem = 'broken';
      return 0;
    }
    return step.base + this.take(step.extra);
  }

  symbol({ counts, symbols }: Code): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let bits = 1; bits <= MAX_BITS; bits++) {
      code |= this.#bit();
      const count = counts[bits] ?? 0;
      if (code - count < first) return symbols[index + code - first] ?? 0;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    this.problem = 'broken';
    return END_OF_BLOCK;
  }

  /** The bytes of a block that is not packed: they begin at a whole byte, after their length and its complement. */
  stored(): Uint8Array {
    this.#left = 0;
    const length = this.take(16);
    const complement = this.take(16);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (length + complement !== 0xffff || bytes.length !== length) this.problem = 'broken';
    this.#at += bytes.length;
    return bytes;
  }
}

/** What has come out. */
class Output {
  problem: InflateProblem | null = null;
  #max: number;
  #buffer = new Uint8Array(16 * 1024);
  #length = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  put(byte: number): void {
    if (this.#length === this.#max) {
      this.problem = 'too_large';
      return;
    }
    if (this.#length === this.#buffer.length) {
      const larger = new Uint8Array(Math.min(this.#max, 2 * this.#length));
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer[this.#length++] = byte;
  }

  /** So many bytes again that stand at a distance before the end; they may be ones that this very call puts there. */
  repeat(count: number, distance: number): void {
    if (distance > this.#length) this.problem = 'broken';
    for (let i = 0; i < count && this.problem === null; i++)
      this.put(this.#buffer[this.#length - distance] ?? 0);
  }
}
