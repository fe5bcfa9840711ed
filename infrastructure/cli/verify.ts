import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { Verdict } from '../../domain/engine/verification.ts';
import { requireName } from '../../domain/machines/refusal.ts';
import { EngineClient } from './engineClient.ts';
import { Failure, UsageError } from './failure.ts';
import { withProgress, type Progress } from './progress.ts';
import { say } from './terminal.ts';
import { addVerb, answer, type VerbOptions } from './verb.ts';

type Verification = {
  readonly isRight: boolean;
  readonly events: number;
  readonly streams: readonly Verdict[];
};

type VerifyOptions = VerbOptions & {
  readonly all?: true;
  readonly heads?: string;
  readonly store?: string;
};

/** Adds `verify` and `heads`: whether history is what it was. */
export function addVerify(program: Command): void {
  addVerb(program, 'verify [name]', 'recompute every link of a history, compare with signed heads')
    .option('--all', 'all machines')
    .option('--heads <file>', 'signed heads that were exported before')
    .addOption(new Option('--store <url>', 'read this store, without an engine'))
    .action(verify);
  const heads = program.command('heads').description('signed heads of all streams');
  addVerb(
    heads,
    'export <file>',
    'write the signed heads into a file, to keep elsewhere; - prints',
  ).action(exportHeads);
}

async function verify(
  name: string | undefined,
  options: VerifyOptions,
  command: Command,
): Promise<void> {
  if ((name === undefined) === (options.all === undefined)) {
    throw new UsageError('verify: give the name of a machine, or --all.');
  }
  const machine = name === undefined ? null : requireName('name', name);
  const heads = options.heads === undefined ? null : await readFile(options.heads, 'utf8');
  const isDataGiven = command.getOptionValueSource('data') !== 'default';
  const found = await withProgress(
    'verifying',
    (progress) =>
      options.store === undefined
        ? new EngineClient(options.data).post<Verification>('/verifications', { machine, heads })
        : verifyStore(
            options.store,
            { machine, heads },
            isDataGiven ? options.data : null,
            progress,
          ),
    options.store === undefined ? '' : 'events',
  );
  answer(options, found, () => found.streams.map(verdictLine));
  if (!found.isRight) throw new Failure(complaint(found));
}

function verdictLine({ stream, events, problem }: Verdict): string {
  return problem === null ? `ok   ${stream}  ${events} events` : `BAD  ${stream}  ${problem}`;
}

function complaint({ streams }: Verification): string {
  const bad = streams.filter(({ problem }) => problem !== null);
  const count = bad.length === 1 ? '1 stream is' : `${bad.length} streams are`;
  return `${count} not right: ${bad[0]?.problem ?? ''}`;
}

type Wanted = { readonly machine: string | null; readonly heads: string | null };

/** Reads a store by itself; the key that heads must be signed by is the data folder's, if given. */
async function verifyStore(
  url: string,
  { machine, heads }: Wanted,
  data: string | null,
  progress: Progress,
): Promise<Verification> {
  const [{ openStore }, { headsOf, verify: verdicts }] = await Promise.all([
    import('../store/openStore.ts'),
    import('../hosting/verify.ts'),
  ]);
  const signed = headsOf(heads, heads === null ? null : await trustedKey(data));
  const store = await openStore(url, { readOnly: true });
  try {
    const streams: Verdict[] = [];
    for await (const verdict of verdicts(store, { machine, heads: signed })) {
      streams.push(verdict);
      progress.advance(verdict.events);
    }
    const events = streams.reduce((sum, verdict) => sum + verdict.events, 0);
    return { isRight: streams.every(({ problem }) => problem === null), events, streams };
  } finally {
    await store.close();
  }
}

async function trustedKey(data: string | null): Promise<Uint8Array | null> {
  if (data === null) {
    say('stemma: without --data, the heads are held against the key that they name themselves.');
    return null;
  }
  const { findFileKeyRing } = await import('../keys/fileKeyRing.ts');
  const keyRing = await findFileKeyRing(resolve(data));
  if (keyRing === null) throw new Failure(`${data} holds no keys: the heads cannot be checked.`);
  return keyRing.publicKey();
}

async function exportHeads(file: string, options: VerbOptions): Promise<void> {
  const note = await new EngineClient(options.data).text('/heads');
  if (file === '-') {
    process.stdout.write(note);
    return;
  }
  await writeFile(file, note);
  // The note ends in an empty line and its signature; before it stand its name and its key.
  const heads = note.slice(0, note.lastIndexOf('\n\n')).split('\n').length - 2;
  answer(options, { file, heads }, () => [`${file}: the heads of ${heads} streams.`]);
}
