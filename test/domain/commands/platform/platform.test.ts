import { describe, expect, test } from 'vitest';
import { ppCommands } from '../../../../domain/commands/platform/ppCommands.ts';
import { setAlgorithmSet } from '../../../../domain/commands/platform/setAlgorithmSet.ts';
import { COMMANDS } from '../../../../domain/commands/index.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { given } from '../../../support/given.ts';
import { started } from '../../../support/tpms.ts';

const CLEAR = 0x126;
const CHANGE_PPS = 0x125;
const GET_RANDOM = 0x17b;

const inTable = COMMANDS.find(({ name }) => name === 'PP_Commands') ?? ppCommands(() => COMMANDS);

describe('ppCommands', () => {
  test('sets and clears which commands need presence', () => {
    const auth = TPM_RH.PLATFORM;
    const set = given(started()).when(inTable, {
      auth,
      setList: [CLEAR, GET_RANDOM, CHANGE_PPS, 0x12d],
      clearList: [],
    });
    set.then([{ type: 'PresenceCommandsSet', commands: [CHANGE_PPS, CLEAR] }]);
    given(set.tpm)
      .when(inTable, { auth, setList: [], clearList: [CLEAR] })
      .then([{ type: 'PresenceCommandsSet', commands: [CHANGE_PPS] }]);
  });

  test('is no fact when nothing changes', () => {
    const input = { auth: TPM_RH.PLATFORM, setList: [GET_RANDOM], clearList: [CLEAR] };
    given(started()).when(inTable, input).records();
  });
});

test('setAlgorithmSet is remembered', () => {
  const outcome = given(started()).when(setAlgorithmSet, {
    authHandle: TPM_RH.PLATFORM,
    algorithmSet: 7,
  });
  expect(outcome.tpm.platform.algorithmSet).toBe(7);
});
