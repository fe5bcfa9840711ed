/**
 * The primitives of node:crypto that the domain builds on: the only file of the domain that sees
 * Node.js. Everything here is a function of its arguments; randomness is not exported.
 */
export {
  checkPrimeSync,
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  constants,
  generatePrimeSync,
  hash,
  privateDecrypt,
  publicEncrypt,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
