import { storyOf, type Case } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { scheme } from '../objects.ts';
import { byPolicy, password, type Frame, type Request } from '../request.ts';
import { RH } from '../requests.ts';
import { FURNISHED, H, NV } from '../settings.ts';
import { hex, sized, u16, type Part } from '../wire.ts';

type Fault = (request: Request) => Request;

const framed =
  (frame: Frame): Fault =>
  (request) => ({ ...request, frame: { ...request.frame, ...frame } });
const handled =
  (i: number, handle: number): Fault =>
  (request) => ({ ...request, handles: request.handles.map((one, j) => (i === j ? handle : one)) });
const authorized =
  (change: object, i = 0): Fault =>
  (request) => ({
    ...request,
    authorizations: request.authorizations.map((one, j) => (i === j ? { ...one, ...change } : one)),
  });
const replaced =
  (i: number, part: Part): Fault =>
  (request) => ({
    ...request,
    parameters: request.parameters.map((one, j) => (i === j ? part : one)),
  });

/** What can be wrong with any request, from its first octet to its last. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'an unknown tag': framed({ tag: 0x8003 }),
  'a tag of a response': framed({ tag: 0x00c4 }),
  'a wrong size': framed({ sizeMore: -1 }),
  'an unknown command': (request) => ({ ...request, code: 0x1ff }),
  'a first handle of another type': handled(0, 0x02000000),
  'a first handle that is not there': handled(0, 0x81000fff),
  'a second handle of another type': handled(1, RH.PW),
  'a second handle that is not there': handled(1, 0x01000fff),
  'an authorization area of 0': framed({ authSize: 0 }),
  'an authorization area that is too large': framed({ authSizeMore: 1 }),
  'a session that is no session': authorized({ handle: RH.OWNER }),
  'a session that is not there': authorized({ handle: 0x02000009, proof: hex('') }),
  'reserved bits of a session': authorized({ attributes: 0x11 }),
  'a password that encrypts': authorized({ attributes: 0x41 }),
  'a wrong password': authorized({ proof: Buffer.from('wrong') }),
  'an unmet policy': authorized({ ...byPolicy(H.POLICY_SESSION) }),
  'one session too many': (request) => ({
    ...request,
    authorizations: [...request.authorizations, password()],
  }),
  'four sessions': (request) => ({
    ...request,
    authorizations: [...request.authorizations, ...Array.from({ length: 3 }, () => password())],
  }),
  'no session': (request) => ({ ...request, authorizations: [] }),
  'a first parameter that is too long': replaced(0, sized('first', new Uint8Array(1200))),
  'a last parameter that is cut': (request) => {
    const last = request.parameters.at(-1);
    return last === undefined ? request : { ...request, change: { of: last, cutAt: 1 } };
  },
  'an octet left over': framed({ rest: hex('00') }),
  'the wrong locality': (request) => ({ ...request, locality: 3 }),
};

const REQUESTS: readonly Request[] = [
  TPM2.NV_Write([RH.OWNER, NV.ORDINARY], [sized('data', hex('aa')), u16('offset', 99)]),
  TPM2.NV_Read([NV.PIN_FAIL, NV.PIN_FAIL], [u16('size', 4), u16('offset', 99)]),
  TPM2.Unseal([H.SEALED]),
  TPM2.Certify(
    [H.HMAC, H.ATTESTATION],
    [sized('qualifyingData'), ...scheme('inScheme', 0x18, 0x0b)],
  ),
  TPM2.PCR_Event([17], [sized('eventData', hex('aa'))]),
  TPM2.PolicyCommandCode([H.POLICY_SESSION], [{ ...u16('code', 0) }]),
];

/** Two things wrong at once: which of them is told decides what a caller learns. */
export const ORDER_CASES: readonly Case[] = REQUESTS.flatMap((request) =>
  Object.entries(FAULTS).flatMap(([first, fault], i) =>
    Object.entries(FAULTS)
      .slice(i)
      .map(([second, other]) => {
        const name = first === second ? first : `${first} and ${second}`;
        return storyOf(`order in ${request.command}`, FURNISHED, name, other(fault(request)));
      }),
  ),
);
