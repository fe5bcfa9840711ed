import { after, type Case, type Valid } from './case.ts';
import type { Step } from './client.ts';
import { TPM2 } from './kinds.ts';
import { password, type Request } from './request.ts';
import { RH } from './requests.ts';
import { H, POWERED, SEALED_AUTH } from './settings.ts';
import { everyPart, flag, sized, u16, u32 } from './wire.ts';

const WRONG = TPM2.Unseal([H.SEALED], [], { by: [password('wrong')] });

function value(text: string) {
  return [sized('newAuth', Buffer.from(text))];
}

/** What a TPM can come into, by what it is then. */
const TURNS: Readonly<Record<string, readonly Step[]>> = {
  'after Shutdown(STATE)': [TPM2.Shutdown([], [u16('shutdownType', 1)])],
  'after Shutdown(CLEAR)': [TPM2.Shutdown([], [u16('shutdownType', 0)])],
  'with owner and endorsement off': [
    TPM2.HierarchyControl([RH.OWNER], [u32('enable', RH.OWNER), flag('state', 0)]),
    TPM2.HierarchyControl([RH.ENDORSEMENT], [u32('enable', RH.ENDORSEMENT), flag('state', 0)]),
  ],
  'with the platform off': [
    TPM2.HierarchyControl([RH.PLATFORM], [u32('enable', RH.PLATFORM), flag('state', 0)]),
  ],
  'without NV indices of the platform': [
    TPM2.HierarchyControl([RH.PLATFORM], [u32('enable', RH.PLATFORM_NV), flag('state', 0)]),
  ],
  'with values of all hierarchies': [RH.OWNER, RH.ENDORSEMENT, RH.PLATFORM, RH.LOCKOUT].map(
    (handle) => TPM2.HierarchyChangeAuth([handle], value('secret')),
  ),
  'after Clear': [TPM2.Clear([RH.PLATFORM])],
};

/** Settings in which some steps are refused. */
const REFUSING: Readonly<Record<string, readonly Step[]>> = {
  'locked out': [WRONG, WRONG, WRONG, WRONG],
  'after the value of lockout was wrong': [
    TPM2.Clear([RH.LOCKOUT], [], { by: [password(SEALED_AUTH)] }),
  ],
};

/** What has been powered on and off again, and how it was started then. */
const CYCLES: Readonly<Record<string, readonly [number, number]>> = {
  resumed: [1, 1],
  restarted: [1, 0],
  reset: [0, 0],
};

function needsNothing({ handles, parameters }: Request): boolean {
  return (
    handles.every((handle) => typeof handle === 'number') &&
    everyPart(parameters).every(
      ({ part }) => part.kind !== 'octets' || part.source instanceof Uint8Array,
    )
  );
}

/** A request that succeeds, in all the states in which it might not. */
export function elsewhere({ setting, request }: Valid): readonly Case[] {
  const { command } = request;
  const turned = Object.entries(TURNS).map(([name, steps]): Case => {
    return { command, name, setting: after(setting, name, ...steps), steps: [request] };
  });
  const refusing = Object.entries(REFUSING).map(([name, steps]): Case => {
    return { command, name, setting, steps: [...steps, request] };
  });
  const cycled = Object.entries(CYCLES).map(([name, [shutdown, startup]]): Case => {
    const cycle: readonly Step[] = [
      TPM2.Shutdown([], [u16('shutdownType', shutdown)]),
      { type: 'Init' },
      TPM2.Startup([], [u16('startupType', startup)]),
    ];
    return { command, name, setting: after(setting, name, ...cycle), steps: [request] };
  });
  const all = [
    { command, name: 'from locality 3', setting, steps: [{ ...request, locality: 3 }] },
    { command, name: 'twice', setting, steps: [request, request] },
    ...refusing,
  ];
  const isStarted = setting.on !== undefined && setting.on !== POWERED;
  if (!isStarted) return all;
  const powered = { command, name: 'before Startup', setting: POWERED, steps: [request] };
  return [...all, ...turned, ...cycled, ...(needsNothing(request) ? [powered] : [])];
}
