import type { Script } from './script.ts';
import { Twin } from './twin.ts';

/** Where a fresh swtpm answers a script otherwise than we did, in words. */
export async function partings(script: Script): Promise<readonly string[]> {
  const twin = await Twin.start();
  const found: string[] = [];
  try {
    for (const [i, one] of script.sent.entries()) {
      if ('signal' in one) {
        await twin.indicate(one.signal);
        continue;
      }
      const { code, parting } = await twin.answer(one);
      const where = `step ${i}, ${one.command.name}`;
      const own = one.response.code;
      if (code !== own) found.push(`${where}: 0x${own.toString(16)}, swtpm 0x${code.toString(16)}`);
      else if (parting !== null) {
        found.push(`${where}, ${parting.where}: ${parting.ours}, swtpm ${parting.theirs}`);
      }
    }
    return found;
  } finally {
    await twin.close();
  }
}
