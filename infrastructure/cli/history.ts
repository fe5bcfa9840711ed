import type { Command } from 'commander';
import { EngineClient, type Query } from './engineClient.ts';
import { Failure } from './failure.ts';
import { positive } from './options.ts';
import { endAsked } from './signals.ts';
import { print } from './terminal.ts';
import { addVerb, machinePath, type VerbOptions } from './verb.ts';

type ShownEvent = {
  readonly version: number;
  readonly incarnation: string;
  readonly streamVersion: number;
  readonly at: string;
  readonly type: string;
  readonly data: unknown;
  readonly link: string;
};

type Page = {
  readonly incarnation: string;
  /** How many events of the history lie before this incarnation's own. */
  readonly inherited: number;
  readonly events: readonly ShownEvent[];
  readonly next: number | null;
};

type HistoryOptions = VerbOptions & {
  readonly from?: number;
  readonly to?: number;
  readonly type?: readonly string[];
  readonly follow?: true;
};

/** Adds `history`: what happened in the life of a TPM. */
export function addHistory(program: Command): void {
  addVerb(program, 'history <name>', "show the events of a machine's TPM, inherited ones included")
    .option('--from <version>', 'begin with this version', positive)
    .option('--to <version>', 'end with this version', positive)
    .option('--type <type>', 'only events of this type; may be repeated', collect)
    .option('--follow', 'go on with what happens until SIGTERM or SIGINT')
    .action(history);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function history(name: string, options: HistoryOptions): Promise<void> {
  const ending = new AbortController();
  if (options.follow === true) void endAsked().then(() => ending.abort());
  const pages = pagesOf(name, options, ending.signal);
  if (options.json !== true) await printEach(pages, line);
  else if (options.follow === true) await printEach(pages, JSON.stringify);
  else await printDocument(name, pages);
}

const WAIT_S = 30;

/** The history page by page; when it is followed, without an end of its own. */
async function* pagesOf(
  name: string,
  { data, from: first = 1, to, type, follow }: HistoryOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly ShownEvent[]> {
  const client = new EngineClient(data);
  const path = `${machinePath(name)}/history`;
  let from = first;
  let incarnation: string | null = null;
  for (;;) {
    const query: Query = { from, to, type, ...(follow === true ? { wait: WAIT_S } : {}) };
    const page = await askUntilEnded(client.get<Page>(path, query, signal), signal);
    if (page === null) return;
    const isOther = incarnation !== null && page.incarnation !== incarnation;
    incarnation = page.incarnation;
    if (isOther) {
      // The machine was rolled back: it goes on with what its new incarnation did first.
      from = page.inherited + 1;
      continue;
    }
    yield page.events;
    if (page.next === null || (page.next === from && follow !== true)) return;
    from = page.next;
  }
}

async function askUntilEnded(page: Promise<Page>, signal: AbortSignal): Promise<Page | null> {
  try {
    return await page;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

async function printEach(
  pages: AsyncIterable<readonly ShownEvent[]>,
  show: (event: ShownEvent) => string,
): Promise<void> {
  for await (const events of pages) events.forEach((event) => print(show(event)));
}

/** One document, written page by page: a long history is never in memory whole. */
async function printDocument(
  machine: string,
  pages: AsyncIterable<readonly ShownEvent[]>,
): Promise<void> {
  let separator = '';
  for await (const events of pages) {
    if (separator === '') print(`{"machine":${JSON.stringify(machine)},"events":[`);
    separator ||= '\n';
    for (const event of events) {
      process.stdout.write(`${separator.trim()}${JSON.stringify(event)}\n`);
      separator = ',';
    }
  }
  if (separator === '') throw new Failure(`The history of ${machine} could not be read.`);
  print(']}');
}

const DATA_SHOWN = 200;

function line({ version, at, type, data }: ShownEvent): string {
  const shown = shortened(plain(data), DATA_SHOWN);
  return `${String(version).padStart(6)}  ${at}  ${type.padEnd(24)}  ${shown}`.trimEnd();
}

function shortened(text: string, size: number): string {
  return text.length > size ? `${text.slice(0, size)}…` : text;
}

const OCTETS = /"([0-9a-f]{16})[0-9a-f]{17,}"/g;

/** JSON without the marks that people do not need, and with the beginning of long octets. */
function plain(data: unknown): string {
  return JSON.stringify(data)
    .replaceAll(OCTETS, '$1…')
    .replaceAll('"', '')
    .replace(/^\{(.*)\}$/s, '$1');
}
