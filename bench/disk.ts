import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import type { Subject } from './turns.ts';

const PAGE = Buffer.alloc(4096, 1);
const PAGES = 256;

/**
 * What the disk itself takes: a page of a file that has its size already, and one fdatasync. A
 * write-ahead log that is written over and over again does no less.
 */
export function openDisk(file: string): Subject & { readonly close: () => void } {
  const descriptor = openSync(file, 'w');
  for (let page = 0; page < PAGES; page += 1) writeSync(descriptor, PAGE);
  fdatasyncSync(descriptor);
  let at = 0;
  return {
    once: () => {
      writeSync(descriptor, PAGE, 0, PAGE.length, at * PAGE.length);
      at = (at + 1) % PAGES;
      fdatasyncSync(descriptor);
      return Promise.resolve();
    },
    close: () => {
      closeSync(descriptor);
    },
  };
}
