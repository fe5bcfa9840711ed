import { after, caseOf, type Case } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { FURNISHED, POWERED, STARTED } from '../settings.ts';
import { u16, u32 } from '../wire.ts';

const CAPABILITIES = [...Array.from({ length: 12 }, (_, i) => i), 0x100];
const COUNTS = [0, 1, 254, 0xffffffff];
const PROPERTIES = [
  1, 0x44, 0x45, 0x0a, 0x100, 0x105, 0x115, 0x11f, 0x12a, 0x12f, 0x1ff, 0x200, 0x20c, 0x214, 0x215,
  0x300, 0x17, 0x18, 0x00ffffff, 0x01000000, 0x01000003, 0x02000000, 0x03000000, 0x03000001,
  0x20000000, 0x40000000, 0x4000000b, 0x40000110, 0x4000011f, 0x40000120, 0x80000000, 0x81000000,
  0x81000005, 0x81800000, 0x90000000, 0xffffffff,
];

function asked(capability: number, property: number, count: number) {
  return TPM2.GetCapability(
    [],
    [u32('capability', capability), u32('property', property), u32('propertyCount', count)],
  );
}

function told(setting: typeof STARTED, capability: number, property: number, count: number): Case {
  const [what, where] = [capability, property].map((number) => number.toString(16));
  const name = `${setting.name}, capability ${what!} from ${where!}, ${count} at most`;
  return caseOf(setting, name, asked(capability, property, count));
}

const OFF = after(FURNISHED, 'shut down', TPM2.Shutdown([], [u16('shutdownType', 1)]));

/** Everything that a TPM tells of itself. */
export const CAPABILITY_CASES: readonly Case[] = CAPABILITIES.flatMap((capability) => [
  ...COUNTS.map((count) => told(FURNISHED, capability, 0, count)),
  ...PROPERTIES.map((property) => told(FURNISHED, capability, property, 2)),
  ...[0x200, 0x40000000, 0x80000000].map((property) => told(FURNISHED, capability, property, 254)),
  ...[0, 0x200, 0x40000000].map((property) => told(STARTED, capability, property, 254)),
  told(OFF, capability, 0x200, 254),
  told(POWERED, capability, 0, 1),
]);
