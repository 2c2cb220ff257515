/** What of the command line is pure: requests as they are pasted, times, samples' plans, configurations, what a terminal may have. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filled, unfilled } from '../../cli/src/configuration/filled';
import {
  addressFinding,
  clockFinding,
  eventFinding,
  ingestFinding,
  objectFinding,
  signatureFinding,
} from '../../cli/src/doctor/judge';
import { isFolded, addressOf as pathOf } from '../../cli/src/gateway/address';
import { jsonMistake, mistakeText, yamlMistake } from '../../cli/src/given/misread';
import { backoffMs } from '../../cli/src/listen/backoff';
import { bodyOf, isFinal, isWanted, lifeOf, type StreamedEvent } from '../../cli/src/listen/messages';
import { headerOf, howOf, targetsOf } from '../../cli/src/listen/options';
import { healthOf, needsALook } from '../../cli/src/output/health';
import { outputOf } from '../../cli/src/output/output';
import { printable, printableLines } from '../../cli/src/output/printable';
import { table } from '../../cli/src/output/table';
import { durationText, relativeTime, timeOf } from '../../cli/src/output/times';
import { withChanges } from '../../cli/src/send/changed-body';
import { stepsOf } from '../../cli/src/send/plan';
import { addressOf, parseRequest } from '../../cli/src/verify/raw-request';
import { shownBytes } from '../../cli/src/verify/shown-bytes';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('an address', () => {
  const TEST = '/v1/webhooks/{webhook_id}/destinations/{destination_id}/test';

  it('has names as they are, and none that leads elsewhere', () => {
    const names = (destination_id: string) =>
      pathOf(TEST, { webhook_id: 'a b', destination_id }, { q: 'x&y' });
    expect(names('..a/?')).toEqual({
      ...{ ok: true, value: '/v1/webhooks/a%20b/destinations/..a%2F%3F/test?q=x%26y' },
    });
    // Already encoded, it is a name like others.
    expect(names('%2e%2e').ok).toBe(true);
    for (const name of ['', '.', '..']) expect(names(name).ok).toBe(false);
  });

  it.each(['/v1/../x', '/v1/..', '/.', '/v1/%2E./x', '/v1/.%2e?a', '/v1\\x', '/v1/.\t./x'])(
    'is another one once it is read: %j',
    path => {
      expect(isFolded(path)).toBe(true);
      // As it would be sent.
      expect(new URL(`http://gw.example${path}`).pathname).not.toBe(path.split('?')[0]);
    },
  );

  it.each(['/v1/a..b', '/v1/...', '/v1/x?a=/../b', '/'])('stays as it is: %j', path =>
    expect(isFolded(path)).toBe(false),
  );
});

describe('a document that is wrong', () => {
  it.each([
    ['{\n  "secret_key": @topsecret\n}', 'line 2, column 17: no value of JSON begins so'],
    ['{"a": "topsecret', 'line 1, column 7: a text is not closed, or has a character that has to be escaped'],
    ['{"topsecret" "b"}', 'line 1, column 14: a comma or a colon is missing before it'],
    ['["topsecret",]', 'line 1, column 14: something is missing before it'],
    ['{topsecret: 1}', 'line 1, column 2: no value of JSON begins so'],
    ['{"topsecret": 1', 'line 1, column 16: it ends too soon'],
    ['{"topsecret": 1}}', 'line 1, column 17: it does not fit what is before it'],
    ['{"a": topsecret1}', 'line 1, column 7: no value of JSON begins so'],
  ])('says where, and nothing that stands there: %j', (text, said) => {
    let error: unknown;
    try {
      JSON.parse(text);
    } catch (caught) {
      error = caught;
    }
    expect(mistakeText(text, jsonMistake(text, String(error)))).toBe(said);
  });

  it.each(['a: 1\nsecret_key: @topsecret', 'a: "topsecret', 'a: *topsecret', '{ "a": topsecret'])(
    'is told of in YAML by its kind alone: %j',
    text => {
      expect(() => parse(text, { prettyErrors: false })).toThrow();
      try {
        parse(text, { prettyErrors: false });
      } catch (error) {
        const said = mistakeText(text, yamlMistake(error));
        expect(said).toMatch(/^(line \d+, column \d+: [a-z ]+|a reference .*)$/);
        expect(said).not.toContain('topsecret');
      }
    },
  );
});

describe('health', () => {
  type Status = Parameters<typeof healthOf>[0];
  const well = {
    ...{ is_active: true, dead: 0, circuit: 'closed', failing_since: null, disabled_reason: null },
  } as const;
  const of = (destination: object, others: object = {}) =>
    needsALook(
      healthOf({
        ...{ open_gaps: 0, uncertain_ids: 0, storage: { refusing_since: null }, ...others },
        destinations: [{ ...well, ...destination }],
      } as unknown as Status),
    );

  it('is one judgement: a destination fails from the first failed attempt on', () => {
    expect(of({})).toBe(false);
    const since = '2026-11-20T12:00:00Z';
    for (const bad of [{ failing_since: since }, { circuit: 'open' }, { dead: 1 }])
      expect(of(bad)).toBe(true);
    expect(of({ is_active: false, disabled_reason: 'it answered 410 Gone' })).toBe(true);
    // Somebody paused it.
    expect(of({ is_active: false, failing_since: since })).toBe(false);
    for (const bad of [{ open_gaps: 1 }, { uncertain_ids: 1 }, { storage: { refusing_since: since } }])
      expect(of({}, bad)).toBe(true);
    expect(of({}, { open_gaps: null, uncertain_ids: null })).toBe(false);
  });
});

describe('a raw request', () => {
  it.each(['\r\n', '\n'])('has a request line, headers and the body as it is, with %j', end => {
    const body = '{"a":1}\r\n\r\n';
    const raw = parseRequest(
      bytes(['POST /in?x=1 HTTP/1.1', 'Host: gw.example', 'X-A:  b c ', '', body].join(end)),
    );
    if (!raw.ok) throw new Error(raw.error);
    expect(raw.value.headers).toEqual([
      ['Host', 'gw.example'],
      ['X-A', 'b c'],
    ]);
    expect(new TextDecoder().decode(raw.value.body)).toBe(body);
    expect(addressOf(raw.value)).toBe('https://gw.example/in?x=1');
    expect(raw.value.doubts).toEqual([]);
  });

  it('keeps bytes that are no UTF-8, and a body that is empty', () => {
    const head = bytes('POST / HTTP/2\n\n');
    const raw = parseRequest(new Uint8Array([...head, 0xff, 0x0a]));
    expect(raw).toMatchObject({ ok: true, value: { body: new Uint8Array([0xff, 0x0a]), headers: [] } });
    expect(parseRequest(head)).toMatchObject({ ok: true, value: { body: new Uint8Array() } });
  });

  it('says what looks odd', () => {
    const raw = parseRequest(bytes('POST / HTTP/1.1\nContent-Length: 3\nTransfer-Encoding: chunked\n\n{}'));
    expect(raw).toMatchObject({
      ok: true,
      value: { doubts: [expect.stringMatching(/3.*2 bytes/), expect.stringContaining('chunks')] },
    });
  });

  it.each(['', '{}', 'POST / HTTP/1.1', 'POST / HTTP/1.1\ntopsecret\n\n', 'topsecret /\n\n'])(
    'is not %j, of which nothing is shown',
    text => {
      const read = parseRequest(bytes(text));
      expect(read.ok).toBe(false);
      expect(JSON.stringify(read)).not.toContain('topsecret');
    },
  );
});

describe('times', () => {
  const now = Date.UTC(2026, 10, 20, 12);
  it.each([
    ['2h', '2026-11-20T10:00:00.000Z'],
    ['30m', '2026-11-20T11:30:00.000Z'],
    ['1d', '2026-11-19T12:00:00.000Z'],
    ['2026-11-20T12:00:00+01:00', '2026-11-20T11:00:00.000Z'],
  ])('%s', (text, time) => expect(timeOf(text, now)).toEqual({ ok: true, value: time }));

  it.each(['', '2', '2w', '2026-11-20', '2026-02-30T00:00:00Z', '-1h'])('are not %j', text => {
    expect(timeOf(text, now).ok).toBe(false);
  });

  it('in words', () => {
    expect([90_000, 119_000, 120_000, 7_200_000, 3 * 86_400_000].map(durationText)).toEqual([
      ...['90 s', '119 s', '2 min', '2 h', '3 d'],
    ]);
    expect(relativeTime('2026-11-20T11:00:00Z', now)).toBe('60 min ago');
    expect(relativeTime('2026-11-20T14:00:00Z', now)).toBe('in 2 h');
  });
});

describe('what a terminal gets', () => {
  it('has no control characters of others', () => {
    expect(printable('a\u001b[2Jb\nc\u202ed\u009b')).toBe('a\\u001b[2Jb\\nc\\u202ed\\u009b');
    expect(printable('a\u200b\u200d\u2060\u00ad\u{e0041}')).toBe('a\\u200b\\u200d\\u2060\\u00ad\\u{e0041}');
    expect(printableLines('a\r\nb\tc\u0007\rd')).toBe('a\nb\tc\\u0007\\rd');
    const rows = table(
      ['x'],
      [[{ text: '\u001b[31m', colour: 'red' }]],
      (colour, text) => `<${colour}>${text}`,
    );
    expect(rows).toContain('<red>\\u001b[31m');
    expect(rows).not.toContain('\u001b');
  });

  it('has colours and progress, and nothing else has', async () => {
    const streams = (isTTY: boolean) => {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()].map(stream =>
        Object.assign(stream, {
          isTTY,
          columns: 20,
          hasColors: () => true,
          clearLine: () => {},
          cursorTo: () => {},
        }),
      ) as unknown as [NodeJS.WriteStream, NodeJS.WriteStream];
      const output = outputOf(false, stdout, stderr);
      output.progress('3 of 9, and more than fits');
      output.answer({}, paint => paint('red', 'bad'));
      return [stdout.read()?.toString(), stderr.read()?.toString()];
    };
    expect(streams(true)).toEqual(['\u001b[31mbad\u001b[39m\n', '3 of 9, and more th']);
    expect(streams(false)).toEqual(['bad\n', undefined]);
  });

  it('has columns below each other, and none that are empty', () => {
    const rows = [
      ['a', null, 1],
      ['bbb', null, 22],
    ];
    expect(table(['x', 'y', 'z'], rows, (_, text) => text)).toBe('x    z\na    1\nbbb  22');
  });

  it('has bytes as escapes, of many the first and the last', () => {
    expect(shownBytes(bytes('a\n\\é'))).toEqual({ length: 5, first: 'a\\n\\\\\\xc3\\xa9', last: null });
    const long = shownBytes(bytes(`${'a'.repeat(500)}b`));
    expect([long.length, long.first.length, long.last?.at(-1)]).toEqual([501, 160, 'b']);
  });
});

describe('samples', () => {
  it('leave ids out without losing one of the count, and come twice when asked', () => {
    const ids = (plan: Partial<Parameters<typeof stepsOf>[0]>) =>
      stepsOf({ increment: 1, count: 3, holes: [], isTwice: false, ...plan }).map(step => step.incrementId);
    expect(ids({ holes: [2, 3] })).toEqual([1, 4, 5]);
    expect(ids({ isTwice: true, count: 1 })).toEqual([1, 1]);
    expect(ids({ increment: null, count: 2 })).toEqual([null, null]);
  });

  it('have values set by JSON pointer', () => {
    const set = (body: string, pointer: string, value: unknown, isForm = false) =>
      withChanges(body, [{ pointer, value }], isForm);
    expect(set('{"a":{"b":1}}', '/a/b', 2)).toEqual({ ok: true, value: '{"a":{"b":2}}' });
    expect(set('{"a":[1]}', '/a/-', 2)).toEqual({ ok: true, value: '{"a":[1,2]}' });
    expect(set('{}', '/x/y', 'z')).toEqual({ ok: true, value: '{"x":{"y":"z"}}' });
    expect(set('a=b&c=d', '/a', 1, true)).toEqual({ ok: true, value: 'a=1&c=d' });
    expect(set('payload=%7B%7D', '/payload/ref', 'x', true)).toEqual({
      ...{ ok: true, value: `payload=${encodeURIComponent('{"ref":"x"}')}` },
    });
    expect(set('a=b', '/a', 1).ok).toBe(false);
    expect(set('{}', 'a', 1).ok).toBe(false);
  });
});

describe('a configuration', () => {
  const place = (name: string) => `\${${name}}`;
  it('is filled from the environment, and says every name that is lacking', () => {
    const document = { a: [`x-${place('A')}-${place('A')}`], b: { c: 1, d: null } };
    expect(filled(document, { A: 'v' })).toEqual({ ok: true, value: { a: ['x-v-v'], b: { c: 1, d: null } } });
    expect(filled([place('A'), place('B')], { A: '' })).toEqual({ ok: false, error: ['A', 'B'] });
    expect(filled('$A {A}', {})).toEqual({ ok: true, value: '$A {A}' });
  });

  it('has values for what the environment lacks, and leaves what is escaped', () => {
    expect(filled(place('A:-b c'), {})).toEqual({ ok: true, value: 'b c' });
    expect(filled(place('A:-'), { A: 'v' })).toEqual({ ok: true, value: 'v' });
    expect(filled(place('A:-'), {})).toEqual({ ok: true, value: '' });
    const text = `x $${place('A')} ${place('A')}`;
    expect(filled(text, { A: 'v' })).toEqual({ ok: true, value: `x ${place('A')} v` });
    expect(filled(unfilled([text]), {})).toEqual({ ok: true, value: [text] });
  });
});

describe('the doctor', () => {
  it('looks at clocks and addresses', () => {
    const now = Date.UTC(2026, 10, 20, 12);
    const at = (ms: number) => clockFinding(new Date(now + ms).toUTCString(), now);
    expect(at(20_000)?.verdict).toBe('well');
    expect(at(60_000)).toMatchObject({ verdict: 'look', found: expect.stringContaining('60 s ahead') });
    expect(at(-60_000)).toMatchObject({ found: expect.stringContaining('60 s behind') });
    expect(clockFinding(null, now)).toBeNull();
    expect(addressFinding('https://gapless.me.workers.dev').verdict).toBe('look');
    const ingest = (origin: string, answers: boolean) =>
      ingestFinding('https://a.example', `${origin}/in/1`, answers)?.verdict;
    expect([ingest('https://a.example', false), ingest('https://b.example', true)]).toEqual(['well', 'well']);
    expect(ingest('https://b.example', false)).toBe('wrong');
    expect(ingestFinding('https://a.example', null, false)).toBeNull();
  });

  it('judges what was tried', () => {
    expect(signatureFinding(200, 403).verdict).toBe('well');
    // A proxy that changes bodies; something that answers 200 to all.
    expect([signatureFinding(403, 403).verdict, signatureFinding(200, 200).verdict]).toEqual([
      'wrong',
      'wrong',
    ]);
    expect([objectFinding(50).verdict, objectFinding(5_000).verdict]).toEqual(['well', 'look']);
    const trip = { accepted: 200, forged: 401, deliveredMs: 40, lastError: null };
    expect(eventFinding(trip).verdict).toBe('well');
    for (const bad of [{ accepted: 503 }, { forged: 200 }, { deliveredMs: null, lastError: 'timeout' }])
      expect(eventFinding({ ...trip, ...bad }).verdict).toBe('wrong');
  });
});

describe('listening', () => {
  const event: StreamedEvent = {
    ...{ sequence: 1, increment_id: null, topic: 'a', received_at: '2026-11-20T12:00:00Z', late: false },
    ...{ repeats: null, headers: { 'x-shop': 'berlin-2' }, query: '', redacted: false, body: '{"total":9}' },
  };

  it('comes again ever later, never at once, and never later than 10 s', () => {
    expect([1, 2, 3, 100].map(failures => backoffMs(failures, 0))).toEqual([125, 250, 500, 5_000]);
    expect(backoffMs(100, 0.999_999)).toBeLessThanOrEqual(10_000);
  });

  it('wants what all filters want', () => {
    const wants = (body: string | null, ...headers: [string, string][]) =>
      isWanted(event, { body, query: null, headers });
    expect(wants(null)).toBe(true);
    expect(wants('"total":9', ['x-shop', 'berlin'])).toBe(true);
    expect(wants('"total":8', ['x-shop', 'berlin'])).toBe(false);
    expect(wants('"total":9', ['x-shop', 'paris'])).toBe(false);
    expect(wants(null, ['x-other', ''])).toBe(false);
    expect(isWanted({ ...event, redacted: true, body: null }, { body: '9', query: null, headers: [] })).toBe(
      false,
    );
    expect(isWanted({ ...event, query: 'a=1' }, { body: null, query: 'a=1', headers: [] })).toBe(true);
    expect(isWanted(event, { body: null, query: 'a=1', headers: [] })).toBe(false);
  });

  it('has bytes that are no UTF-8, and none that were erased', () => {
    const { body, ...rest } = event;
    expect(bodyOf({ ...rest, body_base64: '/wo=' })).toEqual(new Uint8Array([0xff, 0x0a]));
    expect(bodyOf({ ...event, body: 'é' })).toEqual(new Uint8Array([0xc3, 0xa9]));
    expect(bodyOf({ ...event, redacted: true, body: null })).toBeNull();
  });

  it('knows the life of its webhook by the cursor', () => {
    const lives = ['12.0', '12.0~7.3', '12.0.ab', '12.0.ab~7.3', '12'].map(lifeOf);
    expect(lives).toEqual([null, null, 'ab', 'ab', null]);
  });

  it('is shown in a list on a terminal, in lines elsewhere, unless something else is said', () => {
    expect(howOf(undefined, false, true)).toBe('interactive');
    expect(howOf(undefined, false, false)).toBe('compact');
    expect(howOf(undefined, true, true)).toBe('json');
    expect(howOf('quiet', false, true)).toBe('quiet');
    expect(() => howOf('interactive', false, false)).toThrow('needs a terminal');
  });

  it('has a target of its own for each webhook', () => {
    const to = 'http://localhost:3000/hook';
    expect([...targetsOf(['a', 'b'], to, ['b=/other?x=1'])]).toEqual([
      ['a', to],
      ['b', 'http://localhost:3000/other?x=1'],
    ]);
    expect(() => targetsOf(['a'], to, ['b=/other'])).toThrow('b is not among a');
    expect(() => targetsOf(['a'], to, ['a=other'])).toThrow('must be like shop=/hook');
    expect(() => headerOf('x-shop')).toThrow('must be like x-shop: berlin');
    expect(headerOf('X-Shop: berlin')).toEqual(['x-shop', 'berlin']);
  });

  it('comes again after an end that passes, and only then', () => {
    expect(['too_slow', 'unavailable', 'too_many_listeners'].map(isFinal)).toEqual([false, false, false]);
    expect(['token_ended', 'webhook_deleted', 'other_life'].map(isFinal)).toEqual([true, true, true]);
  });
});
