import { ascii } from '../structures/octets.ts';

/** What this TPM says of who made it and by which specification. Part 2, 6.13 TPM_PT */
export const VENDOR = {
  /** Four ASCII characters, as in the TCG's registry of vendors. */
  manufacturer: fourOctets('STMA'),
  vendorStrings: ['Stem', 'ma v', 'TPM', ''].map(fourOctets),
  tpmType: 1,
  firmwareVersion: 0x0000_0001_0000_0000n,
  /** TPM_SPEC_FAMILY: "2.0". */
  family: fourOctets('2.0'),
  /** Library specification 1.59, 8 November 2019. */
  revision: 159,
  dayOfYear: 312,
  year: 2019,
  /** TPM_PS_PC: PC Client Platform TPM Profile 1.05, 4 September 2020. */
  platformFamily: 1,
  platformRevision: 105,
  platformDayOfYear: 248,
  platformYear: 2020,
} as const;

/** Up to four characters as a number, the first in the highest octet, zeros behind. */
function fourOctets(text: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = ascii(text);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
