import type { TpmPort } from '../../../domain/engine/tpmPort.ts';
import type { Signal } from '../../../domain/processor/signals.ts';
import { concat, u32 } from '../../../domain/structures/octets.ts';
import { uint32At } from '../framing.ts';
import { ACKNOWLEDGED, DECLINED, acknowledge, goodbye, stop } from './acknowledgement.ts';
import { takeStatistics } from './statistics.ts';
import type { Conversation, Reply } from '../conversation.ts';
import type { Ending } from './acknowledgement.ts';
import type { Statistics } from './statistics.ts';

const PATIENCE_MS = 5_000;

/** What a request of this port can reach. */
type Desk = {
  readonly port: TpmPort;
  readonly statistics: Statistics;
  readonly ending: Ending;
};

/** One request: octets after its code, and what it does. */
type Row = {
  readonly size: number;
  readonly answer: (desk: Desk) => Reply | Promise<Reply>;
};

/** A row that conveys a signal. */
function conveys(signal: Signal): Row {
  return { size: 0, answer: async ({ port }) => acknowledge(await port.signal(signal)) };
}

const NO_EFFECT: Row = { size: 0, answer: () => ACKNOWLEDGED };

/** The requests of the platform port by code; anything else is declined and closes. */
const ROWS: Readonly<Record<number, Row | undefined>> = {
  /** SIGNAL_POWER_ON */
  1: { size: 0, answer: ({ port }) => initIf(port, false) },
  /** SIGNAL_POWER_OFF */
  2: conveys({ type: 'PowerOff' }),
  /** SIGNAL_PHYS_PRES_ON, SIGNAL_PHYS_PRES_OFF */
  3: conveys({ type: 'PhysicalPresence', isAsserted: true }),
  4: conveys({ type: 'PhysicalPresence', isAsserted: false }),
  /** SIGNAL_CANCEL_ON, SIGNAL_CANCEL_OFF */
  9: conveys({ type: 'Cancel', isAsserted: true }),
  10: conveys({ type: 'Cancel', isAsserted: false }),
  /** SIGNAL_NV_ON, SIGNAL_NV_OFF */
  11: conveys({ type: 'NvAvailable', isAvailable: true }),
  12: conveys({ type: 'NvAvailable', isAvailable: false }),
  /** SIGNAL_KEY_CACHE_ON, SIGNAL_KEY_CACHE_OFF */
  13: NO_EFFECT,
  14: NO_EFFECT,
  /** SIGNAL_RESET */
  17: { size: 0, answer: ({ port }) => initIf(port, true) },
  /** SIGNAL_RESTART: of the simulator's timer, which does not exist here. */
  18: NO_EFFECT,
  /** SESSION_END */
  20: { size: 0, answer: () => goodbye },
  /** STOP */
  21: { size: 0, answer: ({ ending }) => stop(ending) },
  /** GET_COMMAND_RESPONSE_SIZES */
  25: {
    size: 0,
    answer: ({ statistics }) => concat(u32(16), takeStatistics(statistics), ACKNOWLEDGED),
  },
  /** ACT_GET_SIGNALED: there are no authenticated countdown timers. */
  26: { size: 4, answer: () => concat(u32(0), ACKNOWLEDGED) },
  /** TEST_FAILURE_MODE */
  30: conveys({ type: 'FailureMode' }),
};

/** The platform port of the Microsoft simulator. */
export function platformConversation(
  port: TpmPort,
  statistics: Statistics,
  ending: Ending,
): Conversation {
  const desk: Desk = { port, statistics, ending };
  return {
    patienceMs: PATIENCE_MS,
    measure: (octets) => (octets.length < 4 ? 0 : 4 + (ROWS[uint32At(octets, 0)]?.size ?? 0)),
    answer: (request) => {
      const row = ROWS[uint32At(request, 0)];
      return row === undefined ? { last: DECLINED } : row.answer(desk);
    },
    refuse: () => goodbye,
  };
}

/** Power that is on already stays on, and what is off is not reset. */
async function initIf(port: TpmPort, isPowered: boolean): Promise<Reply> {
  const status = await port.status();
  if (status.isPowered !== isPowered) return ACKNOWLEDGED;
  return acknowledge(await port.signal({ type: 'Init' }));
}
