import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, test } from 'vitest';
import { hasStock } from '../support/stock.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/**
 * Run at every `npm test`, in about twenty seconds a target; STEMMA_INTEROP=all runs every script.
 */
const CORE = [
  'tools/startup',
  'tools/pcrs',
  'tools/quote',
  'tools/seal',
  'tools/nv',
  'tools/credential',
  'tools/sessions',
  'tools/evict',
  'ibm/startup',
  'ibm/keys',
  'ibm/policy',
  'ibm/nv',
];
const SCRIPTS = process.env['STEMMA_INTEROP'] === 'all' ? everyScript() : CORE;
const SCRIPT_TIME_MAX_MS = 300_000;

const STOCK = ['swtpm', 'swtpm_ioctl', 'tpm2_startup', 'libtss2-tcti-swtpm.so.0', 'tssstartup'];
const TARGETS = ['swtpm', 'simulator', 'endpoint'];

const isLeftOut = !hasStock(...STOCK, 'openssl', 'xxd');

describe.skipIf(isLeftOut).each(TARGETS)('stock clients against %s', (target) => {
  let verdicts: ReadonlyMap<string, Promise<string | undefined>>;
  beforeAll(() => {
    verdicts = run(target);
  });

  test.each(SCRIPTS)('%s', { timeout: SCRIPT_TIME_MAX_MS }, async (script) => {
    const complaint = await verdicts.get(script);
    if (complaint !== undefined) throw new Error(complaint);
  });
});

function everyScript(): string[] {
  return ['tools', 'ibm'].flatMap((folder) =>
    readdirSync(`${HERE}${folder}`)
      .filter((file) => file.endsWith('.sh') && file !== 'begin.sh')
      .map((file) => `${folder}/${file.replace(/\.sh$/, '')}`),
  );
}

/**
 * Starts all scripts on one TPM, in sequence, and gives for each a promise of its complaint:
 * undefined when it passed.
 */
function run(target: string): ReadonlyMap<string, Promise<string | undefined>> {
  const verdicts = new Map(
    SCRIPTS.map((script) => [script, Promise.withResolvers<string | undefined>()]),
  );
  const child = spawn('bash', [`${HERE}run.sh`, target, ...SCRIPTS]);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));

  let failed: { readonly script: string; complaint: string } | undefined;
  const settleFailed = (): void => {
    if (failed) verdicts.get(failed.script)?.resolve(failed.complaint);
    failed = undefined;
  };
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    if (failed && line.startsWith('  | ')) {
      failed.complaint += `\n${line}`;
      return;
    }
    settleFailed();
    const [verdict, script = ''] = line.split(/\s+/);
    if (verdict === 'ok') verdicts.get(script)?.resolve(undefined);
    if (verdict === 'FAIL') failed = { script, complaint: line };
  });
  child.on('close', () => {
    settleFailed();
    for (const { resolve } of verdicts.values()) resolve(`did not run: ${stderr}`);
  });
  return new Map([...verdicts].map(([script, { promise }]) => [script, promise]));
}
