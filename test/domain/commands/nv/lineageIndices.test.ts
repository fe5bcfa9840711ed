import { describe, expect, it } from 'vitest';
import type { Command } from '../../../../domain/commands/command.ts';
import { clear } from '../../../../domain/commands/hierarchy/clear.ts';
import { nvChangeAuth } from '../../../../domain/commands/nv/nvChangeAuth.ts';
import { nvDefineSpace } from '../../../../domain/commands/nv/nvDefineSpace.ts';
import { nvExtend } from '../../../../domain/commands/nv/nvExtend.ts';
import { nvGlobalWriteLock } from '../../../../domain/commands/nv/nvGlobalWriteLock.ts';
import { nvIncrement } from '../../../../domain/commands/nv/nvIncrement.ts';
import { nvRead } from '../../../../domain/commands/nv/nvRead.ts';
import { nvReadLock } from '../../../../domain/commands/nv/nvReadLock.ts';
import { nvUndefineSpace } from '../../../../domain/commands/nv/nvUndefineSpace.ts';
import { nvUndefineSpaceSpecial } from '../../../../domain/commands/nv/nvUndefineSpaceSpecial.ts';
import { nvSetBits } from '../../../../domain/commands/nv/nvSetBits.ts';
import { nvWrite } from '../../../../domain/commands/nv/nvWrite.ts';
import { nvWriteLock } from '../../../../domain/commands/nv/nvWriteLock.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { EMPTY_SECRET } from '../../../../domain/structures/secret.ts';
import { TpmError } from '../../../../domain/structures/tpmError.ts';
import { entityPolicy } from '../../../../domain/tpm/entities.ts';
import { LINEAGE_COUNTER, LINEAGE_REGISTER } from '../../../../domain/tpm/lineageFacts.ts';
import { given } from '../../../support/given.ts';
import { nvPublic } from '../../../support/indices.ts';
import { started } from '../../../support/tpms.ts';

const { OWNER, PLATFORM, LOCKOUT } = TPM_RH;
const NAMES = { register: LINEAGE_REGISTER, counter: LINEAGE_COUNTER };
const DATA = { data: new Uint8Array(8), offset: 0, bits: 1n, newAuth: EMPTY_SECRET };
const CHANGES: readonly Command[] = [
  nvWrite,
  nvIncrement,
  nvSetBits,
  nvExtend,
  nvWriteLock,
  nvReadLock,
  nvUndefineSpace,
  nvUndefineSpaceSpecial,
  nvChangeAuth,
];

for (const [name, nvIndex] of Object.entries(NAMES)) {
  describe(`the lineage ${name}`, () => {
    it('can be read by owner, platform and with its empty authorization value', () => {
      for (const authHandle of [OWNER, PLATFORM, nvIndex]) {
        const { response } = given(started()).when(nvRead, {
          authHandle,
          nvIndex,
          size: 8,
          offset: 0,
        });
        expect(response['data']).toHaveLength(8);
      }
    });

    for (const command of CHANGES) {
      it(`cannot be changed by ${command.name}, whoever authorizes it`, () => {
        for (const authHandle of [OWNER, PLATFORM, nvIndex]) {
          const input = { authHandle, nvIndex, platform: PLATFORM, ...DATA };
          const outcome = given(started()).when(command, input);
          expect(() => outcome.decision).toThrow(TpmError);
        }
      });
    }

    it('has no policy that a session could satisfy', () => {
      expect(entityPolicy(started(), nvIndex)).toBeNull();
    });

    it('cannot be defined again', () => {
      const auth = EMPTY_SECRET;
      const publicInfo = nvPublic({ nvIndex });
      given(started())
        .when(nvDefineSpace, { authHandle: OWNER, auth, publicInfo })
        .refuses('NV_DEFINED');
    });

    it('survives a Clear and a global lock as it is', () => {
      const { tpm } = given(started());
      const before = tpm.nv.indices.get(nvIndex);
      const cleared = given(tpm).when(clear, { authHandle: LOCKOUT }).tpm;
      const locked = given(cleared).when(nvGlobalWriteLock, { authHandle: OWNER }).tpm;
      expect(locked.nv.indices.get(nvIndex)).toEqual(before);
    });
  });
}

describe('the profile of swtpm', () => {
  it('has no lineage indices, and lets their numbers be used', () => {
    const auth = EMPTY_SECRET;
    const publicInfo = nvPublic({ nvIndex: LINEAGE_COUNTER });
    const { tpm } = given(started('swtpm')).when(nvDefineSpace, {
      authHandle: OWNER,
      auth,
      publicInfo,
    });
    const write = { authHandle: OWNER, nvIndex: LINEAGE_COUNTER, data: DATA.data, offset: 0 };
    given(tpm).when(nvWrite, write).records('NvWritten');
  });
});
