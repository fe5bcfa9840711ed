import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestHost } from './host.ts';

type Sent = { readonly id: string; readonly event: string; readonly data: { type: string } };

/** A client of the feed. */
class Feed {
  readonly answer: IncomingMessage;
  #received = '';

  private constructor(answer: IncomingMessage) {
    this.answer = answer;
    answer.setEncoding('utf8');
  }

  static async open(host: TestHost, query = '', lastEventId?: string): Promise<Feed> {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const { socket: socketPath } = host.host;
    const asked = request({ socketPath, path: `/v1/events${query}`, headers, agent: false });
    asked.end();
    onTestFinished(() => void asked.destroy());
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return new Feed(answer);
  }

  /** The next so many events. */
  async next(count: number): Promise<readonly Sent[]> {
    const sent: Sent[] = [];
    while (sent.length < count) {
      const end = this.#received.indexOf('\n\n');
      if (end < 0) {
        const [part] = (await once(this.answer, 'data')) as [string];
        this.#received += part;
        continue;
      }
      const block = this.#received.slice(0, end);
      this.#received = this.#received.slice(end + 2);
      if (block.startsWith('id: ')) sent.push(parsed(block));
    }
    return sent;
  }
}

function parsed(block: string): Sent {
  const fields = Object.fromEntries(
    block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]),
  );
  const { id = '', event = '', data = '' } = fields;
  return { id, event, data: JSON.parse(data) as { type: string } };
}

describe('the feed of events', () => {
  it('tells all events of all streams, without secrets, then what comes', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    const feed = await Feed.open(host);
    expect(feed.answer.headers['content-type']).toBe('text/event-stream');
    const first = await feed.next(2);
    expect(first.map(({ event }) => event)).toEqual(['TpmManufactured', 'MachineCreated']);
    expect(JSON.stringify(first)).toContain('‹secret, 64 octets›');
    await host.post('/v1/machines/web/pause', undefined);
    await host.post('/v1/machines/web/power', { state: 'on' });
    const [next] = await feed.next(1);
    expect(next?.data).toMatchObject({ type: next?.event });
  });

  it('goes on after the event that Last-Event-ID names', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    const [first, second] = await (await Feed.open(host)).next(2);
    const resumed = await Feed.open(host, '', first?.id);
    expect(await resumed.next(1)).toEqual([second]);
  });

  it('begins with the next event when asked to', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    await host.get('/v1/machines/web/lineage');
    const feed = await Feed.open(host, '?from=now');
    await host.post('/v1/machines', { name: 'other', tpm: false });
    expect(await feed.next(1)).toMatchObject([{ event: 'MachineCreated', data: { version: 1 } }]);
  });

  it('refuses an id that is none', async () => {
    const host = await TestHost.open();
    const { body } = await host.get('/v1/events', { 'last-event-id': 'x y' });
    expect(body).toMatchObject({ status: 400, field: 'Last-Event-ID' });
  });

  it('ends when the engine does', async () => {
    const host = await TestHost.open();
    const feed = await Feed.open(host);
    feed.answer.resume();
    await Promise.all([once(feed.answer, 'end'), host.host.close()]);
  });
});
