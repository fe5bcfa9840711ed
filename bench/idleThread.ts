/** A thread with nothing to do, that tells how long the machine itself kept it waiting. */
import { parentPort } from 'node:worker_threads';
import { LoopWatch } from './loopWatch.ts';

const watch = new LoopWatch();

parentPort?.on('message', () => parentPort?.postMessage(watch.take()));
