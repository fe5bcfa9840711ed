import { responseCode, type RcName, type RcPosition } from './responseCodes.ts';

/**
 * A refusal by the TPM: it ends a command with one response code.
 *
 * Thrown by whoever sees the reason, positioned by whoever knows the place, caught in the request
 * pipeline and nowhere else.
 */
export class TpmError extends Error {
  readonly rc: RcName;
  readonly position: RcPosition | undefined;

  constructor(rc: RcName, position?: RcPosition) {
    super(position === undefined ? rc : `${rc} (${JSON.stringify(position)})`);
    this.rc = rc;
    this.position = position;
  }

  /** The response code as it stands in the response's header. */
  get code(): number {
    return responseCode(this.rc, this.position);
  }
}

/** Ends the command with `rc`; `position` says at which handle, parameter or session (from 1). */
export function refuse(rc: RcName, position?: RcPosition): never {
  throw new TpmError(rc, position);
}

/** Runs `work`; a refusal without a position gets this one. */
export function positioned<T>(position: RcPosition, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TpmError && error.position === undefined) {
      throw new TpmError(error.rc, position);
    }
    throw error;
  }
}
