/** Writes a line of the answer. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes one JSON document on a line of its own. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Says something to people that is no part of the answer. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A reader who has seen enough (`| head`) ends the program without a complaint. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
