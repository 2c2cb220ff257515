/** Unpacking is held against the platform's packing, and ends early whatever it is given. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inflate } from '../../../src/ingest/inflate';
import { unpacked } from '../../../src/ingest/unpack';
import { LIMITS } from '../../../src/limits';

async function packed(bytes: Uint8Array, format: 'gzip' | 'deflate'): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const packedAs = (coding: string) => new Headers({ 'content-encoding': coding });
const encode = (text: string) => new TextEncoder().encode(text);

describe('a packed body', () => {
  it('is what went in', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.json({ maxDepth: 4 }).map(encode),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 400 }))
        .map(([piece, times]) =>
          Uint8Array.from({ length: piece.length * times }, (_, i) => piece[i % piece.length] ?? 0),
        ),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async plain => {
        const gzip = unpacked(packedAs('gzip'), await packed(plain, 'gzip'));
        expect(gzip).toEqual({ ok: true, value: plain });
        const deflate = unpacked(packedAs('Deflate'), await packed(plain, 'deflate'));
        expect(deflate).toEqual({ ok: true, value: plain });
      }),
      { numRuns: 60 },
    );
  });

  it('may be as long as any body, and no longer', async () => {
    const random = new Uint8Array(LIMITS.MAX_BODY_BYTES);
    for (let at = 0; at < random.length; at += 65_536)
      crypto.getRandomValues(random.subarray(at, at + 65_536));
    for (const plain of [random, new Uint8Array(LIMITS.MAX_BODY_BYTES)]) {
      const result = unpacked(packedAs('gzip'), await packed(plain, 'gzip'));
      expect(result?.ok && result.value.length).toBe(plain.length);
    }
    const more = await packed(new Uint8Array(LIMITS.MAX_BODY_BYTES + 1), 'gzip');
    expect(unpacked(packedAs('gzip'), more)).toEqual({ ok: false, error: 'too_large' });
  });

  it('takes gzip with a name in it', async () => {
    const plain = await packed(encode('{}'), 'gzip');
    const named = Uint8Array.of(
      ...plain.subarray(0, 3),
      8,
      ...plain.subarray(4, 10),
      97,
      0,
      ...plain.subarray(10),
    );
    expect(unpacked(packedAs('gzip'), named)).toEqual({ ok: true, value: encode('{}') });
  });

  it.each([
    ['br', [0x0b], 'unknown'],
    ['gzip, gzip', [0x1f, 0x8b], 'unknown'],
    ['gzip', [0x7b, 0x7d], 'broken'],
    ['deflate', [0x7b, 0x7d], 'broken'],
    ['gzip', [], 'broken'],
  ])('as %s of %j is %s', (coding, body, error) => {
    expect(unpacked(packedAs(coding), Uint8Array.from(body))).toEqual({ ok: false, error });
  });

  it('is none where no header says so', () => {
    expect(unpacked(new Headers(), encode('{}'))).toBeNull();
    expect(unpacked(packedAs('identity'), encode('{}'))).toBeNull();
  });

  it('that is damaged or cut off anywhere never throws, and is never longer than it may be', async () => {
    const whole = await packed(
      encode(JSON.stringify(Array.from({ length: 300 }, (_, i) => `n${i * i}`))),
      'gzip',
    );
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (end, at, byte) => {
        const damaged = whole.slice(0, end);
        damaged[at] = byte;
        const result = inflate(damaged, 10, 3000);
        if (result.ok) expect(result.value.bytes.length).toBeLessThanOrEqual(3000);
      }),
      { numRuns: 2000 },
    );
    for (const end of [whole.length - 1, whole.length + 1]) {
      const cut = new Uint8Array(end);
      cut.set(whole.subarray(0, end));
      expect(unpacked(packedAs('gzip'), cut)).toEqual({ ok: false, error: 'broken' });
    }
  });

  it('has so many blocks at most, as each may bring codes of its own', () => {
    // Empty stored blocks, of which only the one at the end is the last.
    const blocks = (count: number) =>
      Uint8Array.from({ length: 5 * count }, (_, i) => (i === 5 * count - 5 ? 1 : i % 5 < 3 ? 0 : 255));
    expect(inflate(blocks(4096), 0, 10)).toEqual({
      ok: true,
      value: { bytes: new Uint8Array(), end: 5 * 4096 },
    });
    expect(inflate(blocks(4097), 0, 10)).toEqual({ ok: false, error: 'broken' });
  });
});
