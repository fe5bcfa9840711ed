import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TpmPort } from '../../domain/engine/tpmPort.ts';
import { openEndpoint } from '../../infrastructure/reception/endpoint.ts';
import { packed, placeOf, recordedTpm, type Recorded } from './recording.ts';

/**
 * Records what stock clients send: `record SCRIPT...` leads each script of `test/interop` against a
 * TPM of its own and keeps the traffic of those that succeed. Run by hand, when scripts change.
 */
const INTEROP = fileURLToPath(new URL('../interop/', import.meta.url)).replace('/dist/', '/');

async function record(script: string): Promise<readonly Recorded[]> {
  const history = recordedTpm();
  const startedMs = performance.now();
  const firstMs = history.nowMs;
  const entries: Recorded[] = [];
  const passed = (): number => {
    const atMs = Math.round(performance.now() - startedMs);
    history.nowMs = firstMs + atMs;
    return atMs;
  };
  const port: TpmPort = {
    execute: (request, locality) => {
      entries.push({ atMs: passed(), locality, request: request.slice() });
      return history.send(request.slice(), locality);
    },
    signal: (signal) => {
      entries.push({ atMs: passed(), signal });
      history.signal(signal);
      return Promise.resolve('done');
    },
    status: () => {
      const { phase, isEstablished } = history.tpm.lifecycle;
      return Promise.resolve({ isPowered: phase !== 'off', isEstablished });
    },
  };
  await port.signal({ type: 'Init' });
  const protocol = script.startsWith('ibm/') ? 'mssim' : 'swtpm';
  const endpoint = await openEndpoint({ protocol, listen: 'tcp:127.0.0.1:0', port });
  const number = Number(endpoint.listen.split(':').at(-1));
  const env = {
    ...process.env,
    TPM2TOOLS_TCTI: `swtpm:host=127.0.0.1,port=${number}`,
    INTEROP_RESET: protocol === 'swtpm' ? `swtpm_ioctl --tcp 127.0.0.1:${number + 1} -i` : '',
    TPM_SERVER_TYPE: 'mssim',
    TPM_SERVER_NAME: '127.0.0.1',
    TPM_COMMAND_PORT: String(number),
    TPM_PLATFORM_PORT: String(number + 1),
  };
  const child = spawn('bash', [`${INTEROP}${script}.sh`], { env, stdio: 'ignore' });
  const [status] = (await once(child, 'exit')) as [number | null];
  await endpoint.close();
  if (status !== 0) throw new Error(`${script} failed`);
  return entries;
}

for (const script of process.argv.slice(2)) {
  try {
    const octets = packed(await record(script));
    mkdirSync(dirname(placeOf(script)), { recursive: true });
    writeFileSync(placeOf(script), octets);
    console.log(`${script}: ${octets.length} octets`);
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
