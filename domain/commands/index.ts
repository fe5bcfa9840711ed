import type { Command } from './command.ts';
import { nvChangeAuth } from './nv/nvChangeAuth.ts';
import { nvDefineSpace } from './nv/nvDefineSpace.ts';
import { nvExtend } from './nv/nvExtend.ts';
import { nvGlobalWriteLock } from './nv/nvGlobalWriteLock.ts';
import { nvIncrement } from './nv/nvIncrement.ts';
import { nvRead } from './nv/nvRead.ts';
import { nvReadLock } from './nv/nvReadLock.ts';
import { nvReadPublic } from './nv/nvReadPublic.ts';
import { nvSetBits } from './nv/nvSetBits.ts';
import { nvUndefineSpace } from './nv/nvUndefineSpace.ts';
import { nvUndefineSpaceSpecial } from './nv/nvUndefineSpaceSpecial.ts';
import { nvWrite } from './nv/nvWrite.ts';
import { nvWriteLock } from './nv/nvWriteLock.ts';
import { pcrExtend } from './pcr/pcrExtend.ts';
import { getRandom } from './random/getRandom.ts';

/** The table of commands, in the order of their codes. Part 2, 6.5.2 TPM_CC Listing */
export const COMMANDS: readonly Command[] = [
  nvUndefineSpaceSpecial,
  nvUndefineSpace,
  nvDefineSpace,
  nvGlobalWriteLock,
  nvIncrement,
  nvSetBits,
  nvExtend,
  nvWrite,
  nvWriteLock,
  nvChangeAuth,
  nvRead,
  nvReadLock,
  nvReadPublic,
  getRandom,
  pcrExtend,
];
