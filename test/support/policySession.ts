import { startAuthSession } from '../../domain/commands/sessions/startAuthSession.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import type { Answer, DrivenTpm } from './drivenTpm.ts';

/** Starts a policy session that is neither salted nor bound. */
export function policySession(driven: DrivenTpm): Answer {
  return driven.do(startAuthSession, {
    tpmKey: TPM_RH.NULL,
    bind: TPM_RH.NULL,
    nonceCaller: new Uint8Array(16),
    encryptedSalt: new Uint8Array(0),
    sessionType: 'POLICY',
    symmetric: { algorithm: 'NULL' },
    authHash: 'SHA256',
  });
}
