import { describe, expect, it } from 'vitest';
import { nvGlobalWriteLock } from '../../../../domain/commands/nv/nvGlobalWriteLock.ts';
import { nvReadLock } from '../../../../domain/commands/nv/nvReadLock.ts';
import { nvWriteLock } from '../../../../domain/commands/nv/nvWriteLock.ts';
import { NV, has } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { given } from '../../../support/given.ts';
import { INDEX, defined, ownedAttributes } from '../../../support/indices.ts';
import { started } from '../../../support/tpms.ts';

const { OWNER, PLATFORM } = TPM_RH;
const AT = { authHandle: OWNER, nvIndex: INDEX };
const LOCKS = [
  [nvWriteLock, NV.WRITE_STCLEAR, NV.WRITELOCKED],
  [nvWriteLock, NV.WRITEDEFINE, NV.WRITELOCKED],
  [nvReadLock, NV.READ_STCLEAR, NV.READLOCKED],
] as const;

describe('nvWriteLock and nvReadLock', () => {
  for (const [command, lockable, locked] of LOCKS) {
    const attributes = ownedAttributes('ORDINARY', lockable);

    it(`${command.name} locks an index with ${(lockable >>> 0).toString(16)}`, () => {
      given(started(), defined({ attributes }))
        .when(command, AT)
        .then([
          {
            type: 'NvAttributesChanged',
            nvIndex: INDEX,
            attributes: (attributes | locked) >>> 0,
          },
        ]);
    });

    it(`${command.name} leaves a locked index with ${(lockable >>> 0).toString(16)} alone`, () => {
      given(started(), defined({ attributes: (attributes | locked) >>> 0 }))
        .when(command, { ...AT, authHandle: PLATFORM })
        .then([]);
    });
  }

  it('refuse an index without such a lock, and who may not use the index', () => {
    for (const [command] of LOCKS) {
      const { when } = given(started(), defined());
      when(command, AT).refuses('ATTRIBUTES', { handle: 2 });
      when(command, { ...AT, authHandle: PLATFORM }).refuses('NV_AUTHORIZATION');
    }
  });
});

describe('nvGlobalWriteLock', () => {
  it('locks what asks for it, and nothing else', () => {
    const { tpm } = given(
      started(),
      defined({ attributes: ownedAttributes('ORDINARY', NV.GLOBALLOCK) }),
      defined({ nvIndex: INDEX + 1 }),
    )
      .when(nvGlobalWriteLock, { authHandle: OWNER })
      .records('NvGloballyLocked');
    const isLocked = (index: number): boolean =>
      has(tpm.nv.indices.get(index)?.publicArea.attributes ?? 0, NV.WRITELOCKED);
    expect([isLocked(INDEX), isLocked(INDEX + 1)]).toEqual([true, false]);
    given(tpm).when(nvGlobalWriteLock, { authHandle: OWNER }).then([]);
  });
});
