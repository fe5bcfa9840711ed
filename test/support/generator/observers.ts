import { HASH_ALGS } from '../../../domain/structures/hashAlg.ts';
import type { Guest } from './guest.ts';

/** Where each kind of handle begins, and the first variable property. */
const HANDLES = [0x01000000, 0x02000000, 0x03000000, 0x80000000, 0x81000000];
const PT_VAR = 0x200;
const PERMANENT = 0x40000000;
const COUNT = 254;

const CAPABILITIES = [
  ...HANDLES.map((property) => ({ capability: 'HANDLES', property })),
  { capability: 'PP_COMMANDS', property: 0 },
  { capability: 'AUDIT_COMMANDS', property: 0 },
  { capability: 'PCRS', property: 0 },
  { capability: 'TPM_PROPERTIES', property: PT_VAR },
  { capability: 'AUTH_POLICIES', property: PERMANENT },
];

/** As many as one PCR_Read gives at a time. */
const EIGHT_PCRS = ['ff0000', '00ff00', '0000ff'].map((hex) => Buffer.from(hex, 'hex'));

/** Asks for all that a TPM tells without authorization: what drifted in silence shows here. */
export function observe(guest: Guest): void {
  const ask = (name: string, input: Readonly<Record<string, unknown>>): unknown =>
    guest.run(name, input, { locality: 0 });
  for (const capability of CAPABILITIES) {
    ask('GetCapability', { ...capability, propertyCount: COUNT });
  }
  for (const hash of HASH_ALGS) {
    for (const pcrSelect of EIGHT_PCRS) ask('PCR_Read', { pcrSelectionIn: [{ hash, pcrSelect }] });
  }
  for (const nvIndex of guest.tpm.nv.indices.keys()) ask('NV_ReadPublic', { nvIndex });
  for (const objectHandle of guest.objects()) ask('ReadPublic', { objectHandle });
  ask('ReadClock', {});
}
