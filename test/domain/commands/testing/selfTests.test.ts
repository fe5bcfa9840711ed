import { describe, it } from 'vitest';
import { getTestResult } from '../../../../domain/commands/testing/getTestResult.ts';
import { incrementalSelfTest } from '../../../../domain/commands/testing/incrementalSelfTest.ts';
import { selfTest } from '../../../../domain/commands/testing/selfTest.ts';
import { EMPTY } from '../../../../domain/structures/octets.ts';
import { given } from '../../../support/given.ts';
import { started } from '../../../support/tpms.ts';

describe('selfTest, incrementalSelfTest and getTestResult', () => {
  it('leave nothing to be tested', () => {
    const { when } = given(started());
    when(selfTest, { fullTest: true }).then([]);
    when(incrementalSelfTest, { toTest: [0x0b] })
      .then([])
      .answers({ toDoList: [] });
    when(getTestResult, {}).answers({ outData: EMPTY, testResult: 0 });
  });

  it('tell of failure mode', () => {
    given(started(), { type: 'FailureModeEntered' })
      .when(getTestResult, {})
      .answers({ testResult: 0x101 });
  });
});
