/** Whatever a sender wrote is shown as the text it is, and a part of it is made in bounded work. */
import { describe, expect, it } from 'vitest';
import { prettyJson } from '../../../src/json/pretty';
import { curlCommand } from '../../../src/page/curl';
import { filterOf } from '../../../src/page/event-filter';
import { seen, seenStart } from '../../../src/page/parts/foreign-text';
import { barsPath } from '../../../src/page/parts/sparkline';
import { spanText } from '../../../src/page/parts/time';

describe('foreign text', () => {
  it('shows what is not seen by its number, and leaves the rest', () => {
    expect(seen('a\u202Eb\u2066c\u200Bd\u0000e\uFEFFf\u{E0041}g\uD800h')).toBe(
      'a‹U+202E›b‹U+2066›c‹U+200B›d‹U+0000›e‹U+FEFF›f‹U+E0041›g‹U+D800›h',
    );
    const fine = 'Zürich 上海 שלום 👍🏽\n\tnext';
    expect(seen(fine)).toBe(fine);
  });

  it('is cut by what it becomes on the way, and never within a mark or a character', () => {
    expect(seenStart('\u202E'.repeat(300_000), 100)).toEqual({ text: '‹U+202E›'.repeat(8), isCut: true });
    expect(seenStart('"'.repeat(300), 100).text).toBe('"'.repeat(16));
    expect(seenStart('a👍b', 2)).toEqual({ text: 'a', isCut: true });
    expect(seenStart('a👍b', 6)).toEqual({ text: 'a👍b', isCut: false });
  });
});

describe('pretty JSON', () => {
  const pretty = (text: string, max = 1000) => prettyJson(text, max)?.text;

  it('breaks lines, and leaves every number, key and escape as it came', () => {
    expect(pretty('{"id":12345678901234567890, "n":1.0,"n":2,"s":"a\\"}{,:\\u0041"}')).toBe(
      '{\n  "id": 12345678901234567890,\n  "n": 1.0,\n  "n": 2,\n  "s": "a\\"}{,:\\u0041"\n}',
    );
    expect(pretty(' [ ] ')).toBe('[]');
    expect(pretty('{"a":{ },"b":[1,[]]}')).toBe('{\n  "a": {},\n  "b": [\n    1,\n    []\n  ]\n}');
  });

  it('says the same as the text it was made of', () => {
    const value = { a: [1, { b: 'x\n"' }, []], c: {}, d: null };
    expect(JSON.parse(pretty(JSON.stringify(value)) ?? '')).toEqual(value);
  });

  it.each(['', 'no', '"text"', '12', '{"a":', 'a=b&c=d', '<xml/>'])('is not made of %j', text => {
    expect(prettyJson(text, 100)).toBeNull();
  });

  it('ends where it was told to, however long or deep the text is', () => {
    for (const text of [
      `{"a":"${'x'.repeat(1_000_000)}"}`,
      `${'['.repeat(5000)}${']'.repeat(5000)}`,
      JSON.stringify(Array.from({ length: 100_000 }, () => ({}))),
    ]) {
      const shown = prettyJson(text, 500);
      expect([shown?.isCut, shown?.text.length]).toEqual([true, 500]);
    }
  });
});

describe('a request as curl', () => {
  const url = 'https://gw.example.com/in/1';
  const command = (body: string | null, headers = {}) =>
    curlCommand({ headers, query: 'a=1', body }, url, 'https://gw.example.com/body');

  it('is quoted so that a shell takes it for what it was', () => {
    expect(command(`{"a":"it's $(rm) \`x\`"}`, { 'x-a': "it's", host: 'h', 'content-length': '9' })).toBe(
      `curl 'https://gw.example.com/in/1?a=1' \\\n  -H 'x-a: it'\\''s' \\\n  --data-binary '{"a":"it'\\''s $(rm) \`x\`"}'`,
    );
  });

  it('has a body with line breaks or controls in base64, and a long one in a file', () => {
    expect(command('a\nb\u202E')).toMatch(
      /^printf %s YQpi4oCu \| base64 -d \| curl .*\n {2}--data-binary @-$/,
    );
    for (const body of ['x'.repeat(4001), null]) {
      expect(command(body)).toMatch(
        /^# The body is a file: save https:\S+ as body\ncurl .*\n {2}--data-binary @body$/,
      );
    }
  });

  it('leaves out headers that a terminal would act on', () => {
    expect(command('', { 'x-a': 'b\u001B[2J' })).not.toContain('x-a');
  });
});

describe('the filters of a view', () => {
  it('are those of the API, without what is empty, and times without a zone in UTC', () => {
    const query = {
      q: ' a ',
      topic: '',
      since: '2026-11-27T09:42',
      until: '2026-11-27T09:42:10',
      other: 'x',
    };
    expect(filterOf(query)).toEqual({
      q: 'a',
      since: '2026-11-27T09:42:00Z',
      until: '2026-11-27T09:42:10Z',
    });
    expect(filterOf({ since: '2026-11-27T09:42:00+01:00' })).toEqual({ since: '2026-11-27T09:42:00+01:00' });
  });
});

describe('small things', () => {
  it('say a span in its largest unit', () => {
    expect([0, 59_999, 60_000, 3_600_000, 90_000_000, -5].map(spanText)).toEqual([
      ...['0 s', '59 s', '1 min', '1 h', '1 d', '0 s'],
    ]);
  });

  it('draw an hour with few events so that it is seen', () => {
    expect(barsPath([0, null, 1, 1000], 1000)).toBe('M2 20v-.5M10 20v-2M14 20v-20');
  });
});
