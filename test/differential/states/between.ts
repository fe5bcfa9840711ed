import { NV, NV_TYPES } from '../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { EMPTY_SECRET, Secret } from '../../../domain/structures/secret.ts';
import type { TpmtPublic } from '../../../domain/structures/public.ts';
import { hmacKey, signingKey } from '../../support/templates.ts';
import type { Script } from '../script.ts';
import { look, measure, sessionInput } from './turns.ts';

type Input = Readonly<Record<string, unknown>>;
/** What happens between a Shutdown and the loss of power: one command or a few. */
type Deed = (script: Script, made: Made) => void;
/** What is there before: a signing key, a protected key, and sessions. */
type Made = {
  readonly key: number;
  readonly protectedKey: number;
  readonly session: number;
  readonly policy: number;
};

const NONE = new Uint8Array(0);
const { OWNER, PLATFORM, ENDORSEMENT, LOCKOUT, NULL, PLATFORM_NV } = TPM_RH;
const WRONG = { auths: [new Uint8Array([1])] };
const OWN = NV.OWNERREAD | NV.OWNERWRITE | NV.NO_DA;
const LOCKS = NV.WRITE_STCLEAR | NV.READ_STCLEAR;
const COUNTER = NV_TYPES.COUNTER << 4;
const INDEX = {
  plain: 0x01800100,
  orderly: 0x01800101,
  counter: 0x01800102,
  orderlyCounter: 0x01800103,
  locked: 0x01800104,
  orderlyLocked: 0x01800105,
  orderlyGlobal: 0x01800106,
  protected: 0x01800107,
};
const ATTRIBUTES: Readonly<Record<keyof typeof INDEX, number>> = {
  plain: OWN,
  orderly: OWN | NV.ORDERLY,
  counter: OWN | COUNTER,
  orderlyCounter: OWN | COUNTER | NV.ORDERLY,
  locked: OWN | LOCKS,
  orderlyLocked: OWN | LOCKS | NV.ORDERLY,
  orderlyGlobal: OWN | NV.GLOBALLOCK | NV.ORDERLY,
  protected: (OWN & ~NV.NO_DA) | NV.AUTHREAD | NV.AUTHWRITE,
};
const SIGNING = { qualifyingData: NONE, inScheme: { scheme: 'ECDSA', hashAlg: 'SHA256' } };
const SHOWING = { qualifyingData: NONE, inScheme: { scheme: 'NULL' } };
const EPHEMERAL = { curveID: 'NIST_P256' };
const PCR0 = [{ hash: 'SHA256', pcrSelect: new Uint8Array([1, 0, 0]) }];

function define(script: Script, nvIndex: number, attributes: number): void {
  const publicInfo = { nvIndex, nameAlg: 'SHA256', attributes: attributes >>> 0 };
  script.run('NV_DefineSpace', {
    authHandle: OWNER,
    auth: EMPTY_SECRET,
    publicInfo: { ...publicInfo, authPolicy: NONE, dataSize: 8 },
  });
}

function primary(script: Script, inPublic: TpmtPublic): number {
  return script.do('CreatePrimary', {
    primaryHandle: OWNER,
    inSensitive: { userAuth: EMPTY_SECRET, data: EMPTY_SECRET },
    inPublic,
    outsideInfo: NONE,
    creationPCR: [],
  }).handle;
}

function make(script: Script): Made {
  const key = primary(script, signingKey());
  const protectedKey = primary(script, hmacKey());
  const session = script.do('StartAuthSession', sessionInput('HMAC')).handle;
  const policy = script.do('StartAuthSession', sessionInput('POLICY')).handle;
  for (const [kind, nvIndex] of Object.entries(INDEX)) {
    const attributes = ATTRIBUTES[kind as keyof typeof INDEX];
    define(script, nvIndex, attributes);
    const index = { authHandle: OWNER, nvIndex };
    if ((attributes & COUNTER) !== 0) script.do('NV_Increment', index);
    else script.do('NV_Write', { ...index, data: new Uint8Array(8), offset: 0 });
  }
  const lists = { setList: [0x17e], clearList: [] };
  script.do('SetCommandCodeAuditStatus', { auth: OWNER, auditAlg: 'NULL', ...lists });
  return { key, protectedKey, session, policy };
}

function run(name: string, input: Input = {}, manner = {}): Deed {
  return (script) => void script.run(name, input, manner);
}

function extend(pcrHandle: number, locality = 0, digests?: readonly unknown[]): Deed {
  const one = [{ hashAlg: 'SHA256', digest: new Uint8Array(32).fill(9) }];
  return run('PCR_Extend', { pcrHandle, digests: digests ?? one }, { locality });
}

function onIndex(name: string, kind: keyof typeof INDEX, more: Input = {}): Deed {
  return run(name, { authHandle: OWNER, nvIndex: INDEX[kind], ...more });
}

function write(kind: keyof typeof INDEX, ...data: readonly number[]): Deed {
  return onIndex('NV_Write', kind, { data: new Uint8Array(data), offset: 0 });
}

function changeAuth(authHandle: number): Deed {
  return run('HierarchyChangeAuth', { authHandle, newAuth: EMPTY_SECRET });
}

function setPolicy(authHandle: number): Deed {
  return run('SetPrimaryPolicy', { authHandle, authPolicy: NONE, hashAlg: 'NULL' });
}

function control(enable: number, state: boolean): Deed {
  return run('HierarchyControl', { authHandle: PLATFORM, enable, state });
}

function eventSequence(pcrHandle: number): Deed {
  return (script) => {
    const start = { auth: EMPTY_SECRET, hashAlg: 'NULL' };
    const sequenceHandle = script.do('HashSequenceStart', start).handle;
    script.run('EventSequenceComplete', { pcrHandle, sequenceHandle, buffer: NONE });
  };
}

/** Saves a context, shuts down once more, and does something with what was saved. */
function saved(which: 'key' | 'session', then: (script: Script, made: Made) => Deed): Deed {
  return (script, made) => {
    const { context } = script.do('ContextSave', { saveHandle: made[which] }).values;
    if (which === 'key') script.do('FlushContext', { flushHandle: made.key });
    script.do('Shutdown', { shutdownType: 'STATE' });
    then(script, made)(script, made);
    script.run('ContextLoad', { context });
  };
}

/** Each command that could cancel a Shutdown, in the ways in which it could. */
export const DEEDS: Readonly<Record<string, Deed>> = {
  nothing: () => undefined,
  'an audited command': run('PCR_Read', { pcrSelectionIn: [] }),
  'an extend of PCR 0': extend(0),
  'an extend of PCR 16': extend(16),
  'an extend of PCR 20': extend(20, 2),
  'an extend by nothing': extend(0, 0, []),
  'an extend of no PCR': extend(NULL),
  'a refused extend': extend(17),
  'an event in PCR 0': run('PCR_Event', { pcrHandle: 0, eventData: NONE }),
  'an event in PCR 16': run('PCR_Event', { pcrHandle: 16, eventData: NONE }),
  'an event in no PCR': run('PCR_Event', { pcrHandle: NULL, eventData: NONE }),
  'a sequence in PCR 0': eventSequence(0),
  'a sequence in PCR 16': eventSequence(16),
  'a reset of PCR 16': run('PCR_Reset', { pcrHandle: 16 }),
  'a reset of PCR 20': run('PCR_Reset', { pcrHandle: 20 }, { locality: 2 }),
  'a refused reset': run('PCR_Reset', { pcrHandle: 0 }),
  'an authValue of PCR': run('PCR_SetAuthValue', { pcrHandle: 20, auth: NONE }),
  'a policy of PCR': run('PCR_SetAuthPolicy', {
    authHandle: PLATFORM,
    authPolicy: NONE,
    hashAlg: 'NULL',
    pcrNum: 20,
  }),
  'an allocation': run('PCR_Allocate', {
    authHandle: PLATFORM,
    pcrAllocation: [{ hash: 'SHA1', pcrSelect: new Uint8Array(3) }],
  }),
  'a write': write('plain', 1),
  'an orderly write': write('orderly', 1),
  'the same orderly write': write('orderly', 0),
  'an orderly write of nothing': write('orderly'),
  'an increment': onIndex('NV_Increment', 'counter'),
  'an orderly increment': onIndex('NV_Increment', 'orderlyCounter'),
  'a write lock': onIndex('NV_WriteLock', 'locked'),
  'a read lock': onIndex('NV_ReadLock', 'locked'),
  'an orderly write lock': onIndex('NV_WriteLock', 'orderlyLocked'),
  'an orderly read lock': onIndex('NV_ReadLock', 'orderlyLocked'),
  'a global lock': run('NV_GlobalWriteLock', { authHandle: OWNER }),
  'an index': (script) => {
    define(script, 0x01800200, OWN);
  },
  'an orderly index': (script) => {
    define(script, 0x01800201, OWN | NV.ORDERLY);
  },
  'an index less': onIndex('NV_UndefineSpace', 'plain'),
  'an orderly index less': onIndex('NV_UndefineSpace', 'orderly'),
  'a protected read': (script) => {
    const nvIndex = INDEX.protected;
    script.run('NV_Read', { authHandle: nvIndex, nvIndex, size: 8, offset: 0 });
  },
  'a wrong protected read': (script) => {
    const nvIndex = INDEX.protected;
    script.run('NV_Read', { authHandle: nvIndex, nvIndex, size: 8, offset: 0 }, WRONG);
  },
  'a protected key': (script, { protectedKey: handle }) => {
    script.run('HMAC', { handle, buffer: NONE, hashAlg: 'NULL' });
  },
  'a wrong lockoutAuth': run('DictionaryAttackLockReset', { lockHandle: LOCKOUT }, WRONG),
  'a lock reset': run('DictionaryAttackLockReset', { lockHandle: LOCKOUT }),
  'parameters of dictionary attacks': run('DictionaryAttackParameters', {
    lockHandle: LOCKOUT,
    newMaxTries: 5,
    newRecoveryTime: 5,
    lockoutRecovery: 5,
  }),
  ownerAuth: changeAuth(OWNER),
  platformAuth: changeAuth(PLATFORM),
  endorsementAuth: changeAuth(ENDORSEMENT),
  lockoutAuth: changeAuth(LOCKOUT),
  'a policy of the owner': setPolicy(OWNER),
  'a policy of the platform': setPolicy(PLATFORM),
  'a policy of lockout': setPolicy(LOCKOUT),
  'a hierarchy as it is': control(OWNER, true),
  'a hierarchy off': control(OWNER, false),
  'the platform off': control(PLATFORM, false),
  'indices of the platform off': control(PLATFORM_NV, false),
  'a clear': run('Clear', { authHandle: PLATFORM }),
  'no clear': run('ClearControl', { auth: PLATFORM, disable: true }),
  'another endorsement': run('ChangeEPS', { authHandle: PLATFORM }),
  'another platform': run('ChangePPS', { authHandle: PLATFORM }),
  'a clock set': run('ClockSet', { auth: OWNER, newTime: 1_000_000n }),
  'a clock adjusted': run('ClockRateAdjust', { auth: OWNER, rateAdjust: 1 }),
  'another audit': run('SetCommandCodeAuditStatus', {
    auth: OWNER,
    auditAlg: 'SHA1',
    setList: [],
    clearList: [],
  }),
  'algorithms chosen': run('SetAlgorithmSet', { authHandle: PLATFORM, algorithmSet: 5 }),
  'an audit signed': (script, { key: signHandle }) => {
    script.run('GetCommandAuditDigest', { privacyHandle: ENDORSEMENT, signHandle, ...SIGNING });
  },
  'an audit shown': run('GetCommandAuditDigest', {
    privacyHandle: ENDORSEMENT,
    signHandle: NULL,
    ...SHOWING,
  }),
  'a quote signed': (script, { key: signHandle }) => {
    script.run('Quote', { signHandle, ...SIGNING, PCRselect: PCR0 });
  },
  'a quote shown': run('Quote', { signHandle: NULL, ...SHOWING, PCRselect: PCR0 }),
  'a time signed': (script, { key: signHandle }) => {
    script.run('GetTime', { privacyAdminHandle: ENDORSEMENT, signHandle, ...SIGNING });
  },
  'an index certified': (script, { key: signHandle }) => {
    const index = { authHandle: OWNER, nvIndex: INDEX.plain, size: 8, offset: 0 };
    script.run('NV_Certify', { signHandle, ...index, ...SIGNING });
  },
  'a session saved': (script, { session: saveHandle }) => {
    script.run('ContextSave', { saveHandle });
  },
  'an object saved': (script, { key: saveHandle }) => {
    script.run('ContextSave', { saveHandle });
  },
  'nothing to save': run('ContextSave', { saveHandle: 0x80000002 }),
  'a session loaded': saved('session', () => () => undefined),
  'an object loaded': saved('key', () => () => undefined),
  'a saved session flushed': saved('session', (_, { session: flushHandle }) =>
    run('FlushContext', { flushHandle }),
  ),
  'an object flushed': (script, { key: flushHandle }) => {
    script.run('FlushContext', { flushHandle });
  },
  'a session started': run('StartAuthSession', sessionInput('HMAC')),
  'a policy': (script, { policy: policySession }) => {
    script.run('PolicyLocality', { policySession, locality: 1 });
  },
  'an object made persistent': (script, { key: objectHandle }) => {
    script.run('EvictControl', { auth: OWNER, objectHandle, persistentHandle: 0x81000005 });
  },
  'an ephemeral key': run('EC_Ephemeral', EPHEMERAL),
  'random octets': run('StirRandom', { inData: new Secret(new Uint8Array(4)) }),
  'a launch': measure,
  'a launch given up': (script) => {
    script.indicate({ type: 'HashStart' });
    script.run('ReadClock');
    script.indicate({ type: 'HashEnd' });
  },
  'Shutdown(CLEAR)': run('Shutdown', { shutdownType: 'CLEAR' }),
  'Shutdown(STATE)': run('Shutdown', { shutdownType: 'STATE' }),
};

const FORGETS_USE = 'a Startup that is refused makes the reference forget that tries were made';
const FORGETS_LOCK = 'the reference opens orderly locks of after the Shutdown at a resume';
const FORGETS_COMMIT =
  'the reference commits to the same secrets again after a resume, which tells keys';
const FORGETS_FLUSH = 'the reference brings a flushed session back that a Shutdown kept';

/** Where the reference forgets what we remember, and why we do. */
export const REMEMBERED: Readonly<Record<string, string>> = {
  'a protected read': FORGETS_USE,
  'a wrong protected read': FORGETS_USE,
  'a protected key': FORGETS_USE,
  'an orderly write lock': FORGETS_LOCK,
  'an orderly read lock': FORGETS_LOCK,
  'a global lock': FORGETS_LOCK,
  'a saved session flushed': FORGETS_FLUSH,
  'an ephemeral key': FORGETS_COMMIT,
};

type Su = 'CLEAR' | 'STATE';

/** A life with a Shutdown, something after it, and a startup; and all that can be told then. */
export function liveWith(script: Script, deed: Deed, shutdownType: Su, startupType: Su): void {
  script.indicate({ type: 'Init' });
  script.do('Startup', { startupType: 'CLEAR' });
  const made = make(script);
  script.do('Shutdown', { shutdownType });
  deed(script, made);
  script.indicate({ type: 'Init' });
  const { code } = script.run('Startup', { startupType });
  if (code !== 0) script.run('Startup', { startupType: 'CLEAR' });
  look(script);
  script.run('EC_Ephemeral', EPHEMERAL);
}
