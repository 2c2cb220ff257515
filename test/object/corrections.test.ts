/** What an operator sets right: a gap closed by hand, an event added, what is known of somebody erased. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually';
import { ingest, newWebhook, orderCreated, SECRET, send } from '../support/rest';

async function hmacBase64(text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(SECRET), algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text))).toBase64();
}

/** A webhook that received 1 and 10, so that 2 to 9 are an open gap. */
async function withGap() {
  const webhook = await newWebhook({ sequence: { grace_seconds: 0 } });
  await ingest(webhook.id, orderCreated(1));
  await ingest(webhook.id, orderCreated(10));
  const gaps = async (query = '') => (await send('GET', `${webhook.path}/gaps${query}`)).body.gaps ?? {};
  await eventually(async () => expect(await gaps()).toMatchObject([{ from: 2, to: 9, status: 'open' }]));
  const listed = async () => Object.values(await gaps()).map(gap => [gap.from, gap.to, gap.status]);
  return { ...webhook, gaps, listed };
}

describe('closing a gap by hand', () => {
  it('takes its ids off the open list and keeps why', async () => {
    const { id, path, gaps, listed } = await withGap();
    const resolved = await send('POST', `${path}/gaps/resolve`, { from: 3, to: 5, note: 'cancelled orders' });
    expect(resolved.status).toBe(200);
    expect(resolved.body).toMatchObject({
      count: 3,
      gaps: [
        { from: 3, to: 5, status: 'resolved', note: 'cancelled orders', resolved_at: expect.any(String) },
      ],
    });
    expect(await listed()).toEqual([
      [2, 2, 'open'],
      [3, 5, 'resolved'],
      [6, 9, 'open'],
    ]);
    expect(Object.values(await gaps('?status=open')).length).toBe(2);
    expect((await send('GET', `${path}/status`)).body).toMatchObject({ open_gaps: 2, missing_ids: 5 });
    const again = await send('POST', `${path}/gaps/resolve`, { from: 3, to: 5 });
    expect(again.body).toEqual({ count: 0, gaps: [] });

    // What arrives after all is taken, and the rest keeps its note.
    expect((await ingest(id, orderCreated(4))).body).toMatchObject({ status: 'accepted' });
    expect((await ingest(id, orderCreated(4))).body).toMatchObject({ status: 'duplicate' });
    expect(await gaps('?status=resolved')).toMatchObject([
      { from: 3, to: 3, note: 'cancelled orders' },
      { from: 5, to: 5, note: 'cancelled orders' },
    ]);
  });

  it('refuses what cannot be', async () => {
    const { path } = await withGap();
    const at = `${path}/gaps/resolve`;
    expect((await send('POST', at, { from: 5, to: 3 })).body).toMatchObject({ errors: [{ path: '/to' }] });
    expect((await send('POST', at, { from: 0, to: 3 })).status).toBe(422);
    expect((await send('POST', at, { from: 1, to: 3, epoch: 7 })).status).toBe(409);
    const ecwid = await newWebhook({ provider: 'ecwid' });
    expect((await send('POST', `${ecwid.path}/gaps/resolve`, { from: 1, to: 2 })).status).toBe(409);
  });
});

describe('adding an event', () => {
  it('fills its hole, marked as unsigned, and is told from a duplicate', async () => {
    const { path, listed } = await withGap();
    const body = orderCreated(2);
    const added = await send('POST', `${path}/events`, { body });
    expect(added.body).toEqual({ status: 'accepted', sequence: 3, increment_id: 2 });
    expect((await send('POST', `${path}/events`, { body })).body).toMatchObject({ status: 'duplicate' });
    expect((await send('GET', `${path}/events/3`)).body).toMatchObject({
      body,
      body_signed: false,
      late: true,
    });
    expect(await listed()).toEqual([
      [2, 2, 'filled'],
      [3, 9, 'open'],
    ]);
    const bytes = new TextEncoder().encode(orderCreated(3)).toBase64();
    expect((await send('POST', `${path}/events`, { body_base64: bytes })).body).toMatchObject({
      increment_id: 3,
    });
    expect((await send('POST', `${path}/events`, {})).status).toBe(422);
    expect((await send('POST', `${path}/events`, { body_base64: '*' })).status).toBe(422);
    expect((await send('POST', `${path}/events`, { body, headers: { 'a b': '1' } })).status).toBe(422);
  });

  it('reads it as a scheme of the webhook’s own says', async () => {
    const signature = { alg: 'hmac-sha256', enc: 'hex', sig: [{ h: 'x-s' }], msg: ['{body}'] };
    const { path } = await newWebhook({
      provider: 'custom',
      signature: { ...signature, type: ['json:/kind'], seq: { from: 'json:/n' } },
    });
    const sent = '{"kind":"a","n":6}';
    const headers = { 'X-S': Uint8Array.fromBase64(await hmacBase64(sent)).toHex() };
    expect((await send('POST', path.replace('/v1/webhooks', '/in'), sent, headers)).status).toBe(200);
    const added = await send('POST', `${path}/events`, { body: '{"kind":"a","n":7}' });
    expect(added.body).toEqual({ status: 'accepted', sequence: 2, increment_id: 7 });
  });

  /** The event as the provider's API shows it: the same, written in another way. */
  const rewritten = (id: number) => JSON.stringify(JSON.parse(orderCreated(id)), null, 4);
  const standing = async (path: string) => {
    const { epoch, highest_increment_id, gaps } = (await send('GET', `${path}/gaps?status=open`)).body;
    return {
      epoch,
      highest: highest_increment_id,
      gaps: Object.values(gaps ?? {}).map(({ from, to }) => [from, to]),
    };
  };

  it('is known again when the provider sends it after all, and shows no new numbering', async () => {
    const { id, path } = await withGap();
    for (const missing of [2, 3, 4, 5]) {
      const added = await send('POST', `${path}/events`, { body: rewritten(missing) });
      expect(added.body).toMatchObject({ status: 'accepted', sequence: missing + 1 });
    }
    for (const missing of [2, 3, 4, 5]) {
      const late = await ingest(id, orderCreated(missing));
      expect(late.body).toEqual({ status: 'duplicate', sequence: missing + 1, increment_id: missing });
    }
    expect((await ingest(id, orderCreated(11))).body).toMatchObject({ status: 'accepted', sequence: 7 });
    expect(await standing(path)).toEqual({ epoch: 1, highest: 11, gaps: [[6, 9]] });
    // From now on its bytes are those the provider sent.
    const other = await ingest(id, orderCreated(2, { unique_id: 'other' }));
    expect(other.body).toMatchObject({ status: 'quarantined' });
  });

  it('keeps what differs from it in quarantine, and takes that for no new numbering either', async () => {
    const { id, path } = await withGap();
    for (const missing of [2, 3, 4, 5]) {
      await send('POST', `${path}/events`, { body: orderCreated(missing, { unique_id: 'mistaken' }) });
      expect((await ingest(id, orderCreated(missing))).body).toMatchObject({ status: 'quarantined' });
    }
    expect(await standing(path)).toEqual({ epoch: 1, highest: 10, gaps: [[6, 9]] });
  });

  it('is refused where its id is taken, however often, and begins no numbering', async () => {
    const webhook = await newWebhook({ sequence: { grace_seconds: 0 } });
    const at = `${webhook.path}/events`;
    const early = await send('POST', at, { body: orderCreated(1) });
    expect(early).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('no increment id yet') },
    });
    for (const n of [1, 2, 3, 4]) await ingest(webhook.id, orderCreated(n));
    await new Promise(resolve => setTimeout(resolve, 5));
    for (const n of [1, 2, 3, 4]) {
      const { status, body } = await send('POST', at, { body: rewritten(n) });
      expect({ status, detail: body.detail }).toEqual({
        status: 409,
        detail: `Another body is known with the id of this event, as sequence ${n}.`,
      });
    }
    for (const far of [1005, Number.MAX_SAFE_INTEGER]) {
      const { status, body } = await send('POST', at, { body: orderCreated(far) });
      expect({ status, detail: body.detail }).toEqual({
        status: 409,
        detail: expect.stringContaining('at most 1004'),
      });
    }
    expect(await standing(webhook.path)).toEqual({ epoch: 1, highest: 4, gaps: [] });
    expect((await send('GET', `${webhook.path}/status`)).body).toMatchObject({ last_sequence: 4 });
  });

  it('moves no baseline', async () => {
    const { id, path } = await newWebhook();
    await ingest(id, orderCreated(1000));
    for (const n of [1, 500]) {
      const added = await send('POST', `${path}/events`, { body: orderCreated(n) });
      expect(added.body).toMatchObject({ status: 'accepted' });
    }
    expect((await ingest(id, orderCreated(1001))).body).toMatchObject({ status: 'accepted' });
    expect(await standing(path)).toEqual({ epoch: 1, highest: 1001, gaps: [] });
    expect((await send('GET', `${path}/status`)).body).toMatchObject({ missing_ids: 0 });
  });

  it('is the same event as the one that was sent, also where signed bytes are what it is known by', async () => {
    const { id, path } = await newWebhook({ provider: 'github' });
    const body = '{"action":"opened"}';
    const headers = { 'X-GitHub-Event': 'pull_request', 'X-GitHub-Delivery': '72d3162e' };
    const signature = `sha256=${Uint8Array.fromBase64(await hmacBase64(body)).toHex()}`;
    const sent = await send('POST', `/in/${id}`, body, { ...headers, 'X-Hub-Signature-256': signature });
    expect(sent.body).toMatchObject({ status: 'accepted', sequence: 1 });
    const added = await send('POST', `${path}/events`, { body, headers });
    expect(added.body).toMatchObject({ status: 'duplicate', sequence: 1 });
  });
});

describe('redaction by entity', () => {
  it('erases the bodies of everything about it, and nothing else', async () => {
    const { id, path } = await newWebhook();
    await ingest(id, orderCreated(1));
    await ingest(id, orderCreated(2, { unique_id: '100000016' }));
    await ingest(id, orderCreated(3));
    const { entity_keys } = (await send('GET', `${path}/events/1`)).body;
    const redacted = await send('POST', `${path}/redact`, { entity_key: entity_keys?.[0] });
    expect(redacted.body).toMatchObject({ count: 2, sample: [1, 3], next: null });
    const page = await send('GET', `${path}/events?include=body`);
    expect(Object.values(page.body.events ?? {}).map(event => event.redacted)).toEqual([true, false, true]);
    expect((await send('POST', `${path}/redact`, {})).status).toBe(422);
  });
});

describe('a numbering that is uncertain', () => {
  it('is settled by the operator, and refused where there is nothing to settle', async () => {
    const { id, path } = await newWebhook({ provider: 'shipstream' });
    const at = `${path}/numbering`;
    expect((await send('POST', at, { reading: 'new' })).status).toBe(409);
    for (const number of [1, 2, 3]) await ingest(id, orderCreated(number));
    expect((await send('POST', at, { reading: 'undo' })).status).toBe(409);
    expect((await send('POST', at, { reading: 'maybe' })).body).toMatchObject({
      errors: [{ path: '/reading' }],
    });
    expect((await send('POST', at, { reading: 'undo', sequence: 2 })).body).toMatchObject({
      errors: [{ path: '/sequence' }],
    });
    expect((await send('POST', at, { reading: 'new', sequence: 3 })).body).toMatchObject({
      ...{ numbered: true, epoch: 2, highest_increment_id: 3 },
    });
    expect((await send('POST', at, { reading: 'undo' })).body).toMatchObject({
      ...{ numbered: true, epoch: 1, highest_increment_id: 3, gaps: [] },
    });
  });
});
