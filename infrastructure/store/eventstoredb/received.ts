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
 * leaves it open at the server, and remembers it for ever.
 */
export async function* received<T>(
  call: Call,
  { signal, silenceMaxMs }: Patience,
): AsyncGenerator<T> {
  const { stream } = call;
  stream.on('error', () => undefined); // errors that come after the end concern nobody
  const leave = leaving(call);
  signal.addEventListener('abort', leave, { once: true });
  const items = stream[Symbol.asyncIterator]() as AsyncIterator<T>;
  try {
    if (signal.aborted) leave();
    for (;;) {
      const item = await withinMs(silenceMaxMs, items, stream);
      if (item.done === true) return;
      yield item.value;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

/** How to end a call for good, together with what gRPC holds of it beneath the client's stream. */
function leaving({ stream, cancel }: Call): () => void {
  let beneath: Readable | null = null;
  stream.once('pipe', (piped: Readable) => {
    beneath = piped;
  });
  const end = async (): Promise<void> => {
    await cancel().catch(() => undefined); // a call that was never made
    beneath?.destroy();
  };
  return () => {
    stream.destroy(new Error('the call was ended'));
    void end();
  };
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
