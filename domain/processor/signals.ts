/**
 * What reaches a TPM beside commands: the platform's own indications.
 *
 * `Init` is _TPM_Init (power applied, or a reset of a running platform); `PowerOff` removes power;
 * `HashStart`, `HashData`, `HashEnd` are the dynamic (or static, before Startup) root of trust;
 * `EstablishmentReset` clears tpmEstablished and is honoured from locality 3 and 4 only;
 * `NvAvailable` says whether the platform lets the TPM write its persistent memory;
 * `FailureMode` forces failure mode, for tests of it (Microsoft simulator, TEST_FAILURE_MODE).
 *
 * Part 1, 12.2 Initialization; Part 3, 22.8-22.10 _TPM_Hash_Start, _TPM_Hash_Data, _TPM_Hash_End
 */
export type Signal =
  | { readonly type: 'Init' }
  | { readonly type: 'PowerOff' }
  | { readonly type: 'HashStart' }
  | { readonly type: 'HashData'; readonly data: Uint8Array }
  | { readonly type: 'HashEnd' }
  | { readonly type: 'EstablishmentReset'; readonly locality: number }
  | { readonly type: 'PhysicalPresence'; readonly isAsserted: boolean }
  | { readonly type: 'Cancel'; readonly isAsserted: boolean }
  | { readonly type: 'NvAvailable'; readonly isAvailable: boolean }
  | { readonly type: 'FailureMode' };

/**
 * How a signal ended: `done`; `notPowered` when it needs a running TPM; `badLocality` when the
 * locality may not do this; `unavailable` when its facts could not be made durable.
 */
export type SignalOutcome = 'done' | 'notPowered' | 'badLocality' | 'unavailable';
