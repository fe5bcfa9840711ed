import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Which Debian package brings a stock program that tests talk to. */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  swtpm: 'swtpm',
  swtpm_ioctl: 'swtpm-tools',
  swtpm_setup: 'swtpm-tools',
  swtpm_cert: 'swtpm-tools',
  tssstartup: 'tss2',
  openssl: 'openssl',
  prlimit: 'util-linux',
  xxd: 'xxd',
  'qemu-system-x86_64': 'qemu-system-x86',
  'libtss2-tcti-swtpm.so.0': 'libtss2-tcti-swtpm0',
  'libtss2-tcti-mssim.so.0': 'libtss2-tcti-mssim0',
  'libtss2-tcti-tabrmd.so.0': 'libtss2-tcti-tabrmd0',
  'libtss2-fapi.so.1': 'libtss2-fapi1',
  '_libtpm2_pytss.abi3.so': 'python3-tpm2-pytss',
  'tpm2.so': 'tpm2-openssl',
  'clevis-encrypt-tpm2': 'clevis-tpm2',
  'systemd-creds': 'systemd',
  tpm2_ptool: 'libtpm2-pkcs11-tools',
  'libtpm2_pkcs11.so.1': 'libtpm2-pkcs11-1',
  'pkcs11-tool': 'opensc',
  'dbus-send': 'dbus-bin',
};

const LIBRARY_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib',
  '/usr/lib/x86_64-linux-gnu/ossl-modules',
  '/usr/lib/aarch64-linux-gnu/ossl-modules',
  '/usr/lib/python3/dist-packages/tpm2_pytss',
];

/**
 * Whether all of these stock programs (or shared libraries, by file name) are installed. When one
 * is not, says on one line what is left out and which Debian packages bring it; where
 * STEMMA_REQUIRE_STOCK=1 (continuous integration) it throws that line, so that nothing is ever
 * left out unseen.
 */
export function hasStock(...programs: string[]): boolean {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) return true;
  const packages = [...new Set(missing.map(debianPackage))].join(' ');
  const line = `left out: tests that need ${missing.join(', ')} (apt-get install ${packages})`;
  if (process.env['STEMMA_REQUIRE_STOCK'] === '1') throw new Error(line);
  process.stderr.write(`${line}\n`);
  return false;
}

function debianPackage(program: string): string {
  const named = DEBIAN_PACKAGES[program];
  if (named !== undefined) return named;
  if (program.startsWith('tpm2_') || program.startsWith('tss2_')) return 'tpm2-tools';
  if (program.startsWith('tss')) return 'tss2';
  return program;
}

function isInstalled(program: string): boolean {
  const isLibrary = program.includes('.so');
  const folders = isLibrary ? LIBRARY_FOLDERS : (process.env['PATH'] ?? '').split(delimiter);
  const mode = isLibrary ? constants.R_OK : constants.X_OK;
  return folders.some((folder) => canAccess(join(folder, program), mode));
}

function canAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
