import { request, type IncomingHttpHeaders } from 'node:http';

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  readonly body: Record<string, unknown>;
};

export type Asked = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** One request at a UNIX socket or at a port of loopback; a text body is sent as it is. */
export function ask(
  place: string | number,
  method: string,
  path: string,
  { body, headers = {} }: Asked = {},
): Promise<Answer> {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const type = text === undefined ? {} : { 'content-type': 'application/json' };
  const where =
    typeof place === 'string' ? { socketPath: place } : { host: '127.0.0.1', port: place };
  return new Promise((resolve, reject) => {
    const asked = request(
      { ...where, method, path, headers: { ...type, ...headers }, agent: false },
      (answer) => {
        let received = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (received += part));
        answer.on('end', () => {
          const { statusCode: status = 0 } = answer;
          resolve({ status, headers: answer.headers, text: received, body: json(received) });
        });
      },
    );
    asked.once('error', reject);
    asked.end(text);
  });
}

function json(text: string): Record<string, unknown> {
  return /^[{[]/.test(text) ? (JSON.parse(text) as Record<string, unknown>) : {};
}
