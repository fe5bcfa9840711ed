import { after, type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { A, ALG, scheme } from '../objects.ts';
import { RH } from '../requests.ts';
import { FURNISHED, H, primary } from '../settings.ts';
import { alg, from, octets, u16, u32, u64, u8 } from '../wire.ts';

const SIGNER = A.fixedTPM | A.fixedParent | A.origin | A.user | A.sign;
const SAVED = after(
  FURNISHED,
  'a saved context',
  primary(RH.OWNER, SIGNER),
  TPM2.ContextSave([0x80000001], [], { keep: 'saved' }),
);

/** Part 3, 28-30: contexts, clocks and capabilities. */
export const MANAGEMENT: readonly Valid[] = [
  { setting: FURNISHED, request: TPM2.ContextSave([H.PUBLIC]) },
  { setting: SAVED, request: TPM2.ContextLoad([], [octets('context', from('saved.context'))]) },
  { setting: FURNISHED, request: TPM2.FlushContext([], [u32('flushHandle', H.PUBLIC)]) },
  {
    setting: after(FURNISHED, 'a primary key', primary(RH.OWNER, SIGNER)),
    request: TPM2.EvictControl([RH.OWNER, 0x80000001], [u32('persistentHandle', 0x81000100)]),
  },
  { setting: FURNISHED, request: TPM2.ReadClock([]) },
  { setting: FURNISHED, request: TPM2.ClockSet([RH.OWNER], [u64('newTime', 1000000000n)]) },
  { setting: FURNISHED, request: TPM2.ClockRateAdjust([RH.OWNER], [u8('rateAdjust', 1)]) },
  {
    setting: FURNISHED,
    request: TPM2.GetCapability(
      [],
      [u32('capability', 6), u32('property', 0x10d), u32('propertyCount', 2)],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.TestParms(
      [],
      [
        alg('type', ALG.RSA),
        alg('symmetric', ALG.NULL),
        ...scheme('scheme', ALG.RSASSA, ALG.SHA256),
        u16('keyBits', 2048),
        u32('exponent', 0),
      ],
    ),
  },
];
