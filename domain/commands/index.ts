import type { Command } from './command.ts';
import { eccDecrypt } from './asymmetric/eccDecrypt.ts';
import { eccEncrypt } from './asymmetric/eccEncrypt.ts';
import { eccParameters } from './asymmetric/eccParameters.ts';
import { ecdhKeyGen } from './asymmetric/ecdhKeyGen.ts';
import { ecdhZGen } from './asymmetric/ecdhZGen.ts';
import { rsaDecrypt } from './asymmetric/rsaDecrypt.ts';
import { rsaEncrypt } from './asymmetric/rsaEncrypt.ts';
import { zGen2Phase } from './asymmetric/zGen2Phase.ts';
import { certify } from './attestation/certify.ts';
import { certifyCreation } from './attestation/certifyCreation.ts';
import { certifyX509 } from './attestation/certifyX509.ts';
import { getCommandAuditDigest } from './attestation/getCommandAuditDigest.ts';
import { getSessionAuditDigest } from './attestation/getSessionAuditDigest.ts';
import { getTime } from './attestation/getTime.ts';
import { quote } from './attestation/quote.ts';
import { setCommandCodeAuditStatus } from './audit/setCommandCodeAuditStatus.ts';
import { getCapability } from './capability/getCapability.ts';
import { testParms } from './capability/testParms.ts';
import { clockRateAdjust } from './clock/clockRateAdjust.ts';
import { clockSet } from './clock/clockSet.ts';
import { readClock } from './clock/readClock.ts';
import { contextLoad } from './context/contextLoad.ts';
import { contextSave } from './context/contextSave.ts';
import { evictControl } from './context/evictControl.ts';
import { flushContext } from './context/flushContext.ts';
import { dictionaryAttackLockReset } from './dictionaryAttack/dictionaryAttackLockReset.ts';
import { dictionaryAttackParameters } from './dictionaryAttack/dictionaryAttackParameters.ts';
import { duplicate } from './duplication/duplicate.ts';
import { importObject } from './duplication/importObject.ts';
import { rewrap } from './duplication/rewrap.ts';
import { commit } from './ephemeral/commit.ts';
import { ecEphemeral } from './ephemeral/ecEphemeral.ts';
import { changeEPS } from './hierarchy/changeEPS.ts';
import { changePPS } from './hierarchy/changePPS.ts';
import { clear } from './hierarchy/clear.ts';
import { clearControl } from './hierarchy/clearControl.ts';
import { createPrimary } from './hierarchy/createPrimary.ts';
import { hierarchyChangeAuth } from './hierarchy/hierarchyChangeAuth.ts';
import { hierarchyControl } from './hierarchy/hierarchyControl.ts';
import { setPrimaryPolicy } from './hierarchy/setPrimaryPolicy.ts';
import { nvCertify } from './nv/nvCertify.ts';
import { nvChangeAuth } from './nv/nvChangeAuth.ts';
import { nvDefineSpace } from './nv/nvDefineSpace.ts';
import { nvExtend } from './nv/nvExtend.ts';
import { nvGlobalWriteLock } from './nv/nvGlobalWriteLock.ts';
import { nvIncrement } from './nv/nvIncrement.ts';
import { nvRead } from './nv/nvRead.ts';
import { nvReadLock } from './nv/nvReadLock.ts';
import { nvReadPublic } from './nv/nvReadPublic.ts';
import { nvSetBits } from './nv/nvSetBits.ts';
import { nvUndefineSpace } from './nv/nvUndefineSpace.ts';
import { nvUndefineSpaceSpecial } from './nv/nvUndefineSpaceSpecial.ts';
import { nvWrite } from './nv/nvWrite.ts';
import { nvWriteLock } from './nv/nvWriteLock.ts';
import { activateCredential } from './object/activateCredential.ts';
import { create } from './object/create.ts';
import { createLoaded } from './object/createLoaded.ts';
import { load } from './object/load.ts';
import { loadExternal } from './object/loadExternal.ts';
import { makeCredential } from './object/makeCredential.ts';
import { objectChangeAuth } from './object/objectChangeAuth.ts';
import { readPublic } from './object/readPublic.ts';
import { unseal } from './object/unseal.ts';
import { pcrAllocate } from './pcr/pcrAllocate.ts';
import { pcrEvent } from './pcr/pcrEvent.ts';
import { pcrExtend } from './pcr/pcrExtend.ts';
import { pcrRead } from './pcr/pcrRead.ts';
import { pcrReset } from './pcr/pcrReset.ts';
import { pcrSetAuthPolicy } from './pcr/pcrSetAuthPolicy.ts';
import { pcrSetAuthValue } from './pcr/pcrSetAuthValue.ts';
import { ppCommands } from './platform/ppCommands.ts';
import { setAlgorithmSet } from './platform/setAlgorithmSet.ts';
import { policyAuthValue } from './policy/policyAuthValue.ts';
import { policyAuthorize } from './policy/policyAuthorize.ts';
import { policyAuthorizeNV } from './policy/policyAuthorizeNV.ts';
import { policyCommandCode } from './policy/policyCommandCode.ts';
import { policyCounterTimer } from './policy/policyCounterTimer.ts';
import { policyCpHash } from './policy/policyCpHash.ts';
import { policyDuplicationSelect } from './policy/policyDuplicationSelect.ts';
import { policyGetDigest } from './policy/policyGetDigest.ts';
import { policyLocality } from './policy/policyLocality.ts';
import { policyNV } from './policy/policyNV.ts';
import { policyNameHash } from './policy/policyNameHash.ts';
import { policyNvWritten } from './policy/policyNvWritten.ts';
import { policyOR } from './policy/policyOR.ts';
import { policyPCR } from './policy/policyPCR.ts';
import { policyPassword } from './policy/policyPassword.ts';
import { policyPhysicalPresence } from './policy/policyPhysicalPresence.ts';
import { policySecret } from './policy/policySecret.ts';
import { policySigned } from './policy/policySigned.ts';
import { policyTemplate } from './policy/policyTemplate.ts';
import { policyTicket } from './policy/policyTicket.ts';
import { getRandom } from './random/getRandom.ts';
import { stirRandom } from './random/stirRandom.ts';
import { eventSequenceComplete } from './sequences/eventSequenceComplete.ts';
import { hashSequenceStart } from './sequences/hashSequenceStart.ts';
import { hmacStart } from './sequences/hmacStart.ts';
import { sequenceComplete } from './sequences/sequenceComplete.ts';
import { sequenceUpdate } from './sequences/sequenceUpdate.ts';
import { policyRestart } from './sessions/policyRestart.ts';
import { startAuthSession } from './sessions/startAuthSession.ts';
import { sign } from './signing/sign.ts';
import { verifySignature } from './signing/verifySignature.ts';
import { shutdown } from './startup/shutdown.ts';
import { startup } from './startup/startup.ts';
import { encryptDecrypt } from './symmetric/encryptDecrypt.ts';
import { encryptDecrypt2 } from './symmetric/encryptDecrypt2.ts';
import { hash } from './symmetric/hash.ts';
import { hmac } from './symmetric/hmac.ts';
import { getTestResult } from './testing/getTestResult.ts';
import { incrementalSelfTest } from './testing/incrementalSelfTest.ts';
import { selfTest } from './testing/selfTest.ts';

/** The table of commands, in the order of their codes. Part 2, 6.5.2 TPM_CC Listing */
export const COMMANDS: readonly Command[] = [
  nvUndefineSpaceSpecial,
  evictControl,
  hierarchyControl,
  nvUndefineSpace,
  changeEPS,
  changePPS,
  clear,
  clearControl,
  clockSet,
  hierarchyChangeAuth,
  nvDefineSpace,
  pcrAllocate,
  pcrSetAuthPolicy,
  ppCommands(() => COMMANDS),
  setPrimaryPolicy,
  clockRateAdjust,
  createPrimary,
  nvGlobalWriteLock,
  getCommandAuditDigest(() => COMMANDS),
  nvIncrement,
  nvSetBits,
  nvExtend,
  nvWrite,
  nvWriteLock,
  dictionaryAttackLockReset,
  dictionaryAttackParameters,
  nvChangeAuth,
  pcrEvent,
  pcrReset,
  sequenceComplete,
  setAlgorithmSet,
  setCommandCodeAuditStatus(() => COMMANDS),
  incrementalSelfTest,
  selfTest,
  startup,
  shutdown,
  stirRandom,
  activateCredential,
  certify,
  policyNV,
  certifyCreation,
  duplicate,
  getTime,
  getSessionAuditDigest,
  nvRead,
  nvReadLock,
  objectChangeAuth,
  policySecret,
  rewrap,
  create,
  ecdhZGen,
  hmac,
  importObject,
  load,
  quote,
  rsaDecrypt,
  hmacStart,
  sequenceUpdate,
  sign,
  unseal,
  policySigned,
  contextLoad,
  contextSave,
  ecdhKeyGen,
  encryptDecrypt,
  flushContext,
  loadExternal,
  makeCredential,
  nvReadPublic,
  policyAuthorize,
  policyAuthValue,
  policyCommandCode(() => COMMANDS),
  policyCounterTimer,
  policyCpHash,
  policyLocality,
  policyNameHash,
  policyOR,
  policyTicket,
  readPublic,
  rsaEncrypt,
  startAuthSession,
  verifySignature,
  eccParameters,
  getCapability(() => COMMANDS),
  getRandom,
  getTestResult,
  hash,
  pcrRead,
  policyPCR,
  policyRestart,
  readClock,
  pcrExtend,
  pcrSetAuthValue,
  nvCertify,
  eventSequenceComplete,
  hashSequenceStart,
  policyPhysicalPresence,
  policyDuplicationSelect(() => COMMANDS),
  policyGetDigest,
  testParms,
  commit,
  policyPassword,
  zGen2Phase,
  ecEphemeral,
  policyNvWritten,
  policyTemplate,
  createLoaded,
  policyAuthorizeNV,
  encryptDecrypt2,
  certifyX509,
  eccEncrypt,
  eccDecrypt,
];
