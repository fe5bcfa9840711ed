import { request, type IncomingMessage } from 'node:http';
import { resolve } from 'node:path';
import { adminSocket } from '../hosting/adminSocket.ts';
import { Failure } from './failure.ts';

export type Method = 'GET' | 'POST' | 'DELETE';
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

type Asked = {
  readonly query?: Query;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
};

/** Asks the engine of a data folder, through its admin socket. Refusals are thrown as Failure. */
export class EngineClient {
  readonly #data: string;
  readonly #socketPath: string;

  constructor(data: string) {
    this.#data = data;
    this.#socketPath = adminSocket(resolve(data));
  }

  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.#json('GET', path, { query, ...(signal === undefined ? {} : { signal }) });
  }

  post<T>(path: string, body: Readonly<Record<string, unknown>> = {}): Promise<T> {
    return this.#json('POST', path, { body });
  }

  delete<T>(path: string): Promise<T> {
    return this.#json('DELETE', path, {});
  }

  /** An answer that is a text. */
  text(path: string): Promise<string> {
    return this.#ask('GET', path, {});
  }

  async #json<T>(method: Method, path: string, asked: Asked): Promise<T> {
    return JSON.parse(await this.#ask(method, path, asked)) as T;
  }

  #ask(method: Method, path: string, { query = {}, body, signal }: Asked): Promise<string> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = text === '' ? {} : { 'content-type': 'application/json' };
    return new Promise((resolveAnswer, reject) => {
      const asked = request({
        socketPath: this.#socketPath,
        method,
        path: `/v1${path}${searchOf(query)}`,
        headers: { ...headers, 'content-length': Buffer.byteLength(text) },
        agent: false,
        ...(signal === undefined ? {} : { signal }),
      });
      asked.once('response', (answer) => {
        readAnswer(answer).then(resolveAnswer, reject);
      });
      asked.once('error', (error) => reject(this.#unreachable(error)));
      asked.end(text);
    });
  }

  #unreachable(error: NodeJS.ErrnoException): Error {
    switch (error.code) {
      case 'ENOENT':
      case 'ECONNREFUSED':
      case 'ENOTDIR': {
        const how = `start it with: stemma serve --data ${this.#data}`;
        return new Failure(`No engine answers at ${this.#socketPath}; ${how}`);
      }
      case 'EACCES':
        return new Failure(`${this.#socketPath} belongs to another user.`);
      case 'ECONNRESET':
      case 'EPIPE':
        return new Failure('The engine ended before it answered.');
      default:
        return error;
    }
  }
}

/** A segment of an address. */
export function segment(name: string): string {
  return encodeURIComponent(name);
}

function searchOf(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) if (each !== undefined) search.append(name, String(each));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

async function readAnswer(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  if ((answer.statusCode ?? 500) < 300) return text;
  throw new Failure(detailOf(text) ?? `The engine answered ${answer.statusCode ?? 'nothing'}.`);
}

function detailOf(text: string): string | null {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: string };
    return detail ?? null;
  } catch {
    return null;
  }
}
