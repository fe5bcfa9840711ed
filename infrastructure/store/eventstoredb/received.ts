import type { Readable } from 'node:stream';

/** A call whose answers are read one by one. */
export type Call = { readonly stream: Readable; readonly cancel: () => Promise<void> };

export type Patience = {
  /** Ends the call; the iteration then throws. */
  readonly signal: AbortSignal;
  /** How long the server may be silent while something is awaited; null: for ever. */
  readonly silenceMaxMs: number | null;
};

/**
 * What a call gives, in order. However the iteration ends, so does the call: the client by itself
 * leaves it open at the server.
 */
export async function* received<T>(
  call: Call,
  { signal, silenceMaxMs }: Patience,
): AsyncGenerator<T> {
  const { stream } = call;
  stream.on('error', () => undefined); // errors that come after the end concern nobody
  const end = (): unknown => stream.destroy(new Error('the call was ended'));
  signal.addEventListener('abort', end, { once: true });
  const items = stream[Symbol.asyncIterator]() as AsyncIterator<T>;
  try {
    if (signal.aborted) end();
    for (;;) {
      const item = await withinMs(silenceMaxMs, items, stream);
      if (item.done === true) return;
      yield item.value;
    }
  } finally {
    signal.removeEventListener('abort', end);
    call.cancel().catch(() => undefined); // a call that was never made
    stream.destroy();
  }
}

async function withinMs<T>(
  silenceMaxMs: number | null,
  items: AsyncIterator<T>,
  stream: Readable,
): Promise<IteratorResult<T>> {
  if (silenceMaxMs === null) return items.next();
  const silent = new Error(`no answer within ${silenceMaxMs} ms`);
  const alarm = setTimeout(() => stream.destroy(silent), silenceMaxMs);
  try {
    return await items.next();
  } finally {
    clearTimeout(alarm);
  }
}
