import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, test } from 'vitest';
import { hasStock } from '../support/stock.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/**
 * Run at every `npm test`, in about half a minute a target; STEMMA_INTEROP=all runs every script.
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
  'abrmd/quote',
  'fapi/quote',
  'pytss/sessions',
  'openssl/tls',
  'firmware/seabios',
  'applications/clevis',
];
const SCRIPT_TIME_MAX_MS = 300_000;

/** The programs which the scripts of a folder need. */
const TOOLS = ['swtpm', 'swtpm_ioctl', 'tpm2_startup', 'libtss2-tcti-swtpm.so.0', 'openssl', 'xxd'];
const ABRMD = ['tpm2-abrmd', 'libtss2-tcti-tabrmd.so.0', 'dbus-daemon', 'dbus-send'];
const DISKS = ['clevis', 'clevis-encrypt-tpm2', 'tpm2-initramfs-tool', 'systemd-creds'];
const TOKEN = ['tpm2_ptool', 'libtpm2_pkcs11.so.1', 'pkcs11-tool'];
const STOCK: Readonly<Record<string, readonly string[]>> = {
  tools: TOOLS,
  ibm: ['swtpm', 'swtpm_ioctl', 'tssstartup', 'openssl', 'xxd'],
  firmware: [...TOOLS, 'tpm2_send'],
  abrmd: [...TOOLS, ...ABRMD],
  fapi: [...TOOLS, 'tss2_provision', 'libtss2-fapi.so.1'],
  pytss: [...TOOLS, '_libtpm2_pytss.abi3.so', 'libtss2-fapi.so.1'],
  openssl: [...TOOLS, 'tpm2.so'],
  applications: [...TOOLS, ...ABRMD, ...TOKEN, ...DISKS, 'tpm2.so'],
};

/**
 * Folders of which a target gets the core only. A machine's endpoint is the engine of the simulator
 * behind other sockets: every command and fact goes through it by tools/ and firmware/. What abrmd/
 * sends are scripts of tools/, which swtpm has passed by then.
 */
const CORE_ONLY: Readonly<Record<string, readonly string[]>> = {
  endpoint: ['ibm', 'abrmd', 'fapi', 'pytss', 'openssl', 'applications'],
  swtpm: ['abrmd'],
};

/**
 * Every stock client against one of the targets of `run.sh`. A file a target, so that two of them
 * run side by side. What wants programs that are not installed is left out, folder by folder.
 */
export function stockClients(target: string): void {
  const folders = Object.entries(STOCK).filter(([, programs]) => hasStock(...programs));
  const wanted = process.env['STEMMA_INTEROP'] === 'all' ? everyScript(target) : CORE;
  const scripts = wanted.filter((script) =>
    folders.some(([folder]) => script.startsWith(`${folder}/`)),
  );

  describe.skipIf(scripts.length === 0)(`stock clients against ${target}`, () => {
    let verdicts: ReadonlyMap<string, Promise<string | undefined>>;
    beforeAll(() => {
      verdicts = run(target, scripts);
    });

    test.each(scripts)('%s', { timeout: SCRIPT_TIME_MAX_MS }, async (script) => {
      const complaint = await verdicts.get(script);
      if (complaint !== undefined) throw new Error(complaint);
    });
  });
}

function everyScript(target: string): string[] {
  const all = Object.keys(STOCK).flatMap((folder) =>
    readdirSync(`${HERE}${folder}`)
      .filter((file) => file.endsWith('.sh') && file !== 'begin.sh')
      .map((file) => `${folder}/${file.replace(/\.sh$/, '')}`),
  );
  const coreOnly = CORE_ONLY[target] ?? [];
  return all.filter((script) => {
    const isSampled = coreOnly.some((folder) => script.startsWith(`${folder}/`));
    return !isSampled || CORE.includes(script);
  });
}

/**
 * Starts all scripts on one TPM, in sequence, and gives for each a promise of its complaint:
 * undefined when it passed.
 */
function run(
  target: string,
  scripts: readonly string[],
): ReadonlyMap<string, Promise<string | undefined>> {
  const verdicts = new Map(
    scripts.map((script) => [script, Promise.withResolvers<string | undefined>()]),
  );
  const child = spawn('bash', [`${HERE}run.sh`, target, ...scripts]);
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
