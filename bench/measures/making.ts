import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { timed } from '../figures.ts';
import type { Context, Measure } from '../measure.ts';
import { inTurns, type Subject } from '../turns.ts';
import { Watched } from '../watched.ts';

const FOR_MS = 5000;
const FOR_MS_QUICK = 250;

/** Making a TPM: a machine by the engine's API, against a state folder by swtpm_setup. */
export const MAKING: Measure = {
  name: 'making a TPM',
  run: async (context) => {
    const engine = await Watched.start(await mkdtemp(join(context.folder, 'making-')));
    let made = 0;
    const ours: Subject = {
      once: () => {
        made += 1;
        return engine.api.post('/machines', { name: `made-${made}` });
      },
    };
    const theirs = context.swtpm === null ? [] : [await setUp(context)];
    const forMs = context.isQuick ? FOR_MS_QUICK : FOR_MS;
    const [own, other] = await inTurns([ours, ...theirs], forMs);
    await engine.close();
    if (own === undefined) throw new Error('making was not measured');
    return [timed({ key: 'make', name: 'making a TPM' }, own, other, 'swtpm_setup')];
  },
};

async function setUp({ folder }: Context): Promise<Subject> {
  const state = await mkdtemp(join(folder, 'setup-'));
  const asRoot = process.getuid?.() === 0 ? ['--runas', 'root'] : [];
  const options = ['--tpm2', '--tpmstate', state, '--overwrite', ...asRoot];
  return { once: () => promisify(execFile)('swtpm_setup', options) };
}
