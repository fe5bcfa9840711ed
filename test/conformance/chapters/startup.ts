import { after, type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { FURNISHED, POWERED, STARTED } from '../settings.ts';
import { alg, flag, hex, sized, u16, u32 } from '../wire.ts';

/** Part 3, 9-10 and 16: start-up, self-tests and random numbers. */
export const STARTUP: readonly Valid[] = [
  { setting: POWERED, request: TPM2.Startup([], [u16('startupType', 0)]) },
  { setting: STARTED, request: TPM2.Shutdown([], [u16('shutdownType', 1)]) },
  { setting: FURNISHED, request: TPM2.SelfTest([], [flag('fullTest', 1)]) },
  {
    setting: FURNISHED,
    request: TPM2.IncrementalSelfTest([], [u32('toTest.count', 1), alg('toTest', 0x0b)]),
  },
  {
    setting: after(FURNISHED, 'tested', TPM2.SelfTest([], [flag('fullTest', 1)])),
    request: TPM2.GetTestResult([]),
  },
  { setting: FURNISHED, request: TPM2.GetRandom([], [u16('bytesRequested', 16)]) },
  { setting: FURNISHED, request: TPM2.StirRandom([], [sized('inData', hex('0102'))]) },
];
