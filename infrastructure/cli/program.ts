import { Command, CommanderError } from 'commander';
import { addDemo } from './demo.ts';
import { addEndpoint } from './endpoint.ts';
import { Failure, UsageError, sentenceOf } from './failure.ts';
import { addHistory } from './history.ts';
import { addLineage } from './lineage.ts';
import { addMachine } from './machine.ts';
import { addServe } from './serve.ts';
import { addSimulator } from './simulate.ts';
import { addState } from './state.ts';
import { VERSION } from '../version.ts';
import { say } from './terminal.ts';
import { addVerify } from './verify.ts';

/** What commander throws when it has done all that was asked: shown its help or its version. */
const ANSWERED: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.version']);

/** Runs a command line; gives the exit status: 0 done, 1 refused or failed, 2 wrong usage. */
export async function run(args: readonly string[]): Promise<number> {
  forgetEmptyVariables();
  try {
    await createProgram().parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return statusOf(error);
  }
}

/** An empty variable of the environment says nothing. */
function forgetEmptyVariables(): void {
  for (const name of ['STEMMA_DATA', 'STEMMA_STORE']) {
    if (process.env[name] === '') Reflect.deleteProperty(process.env, name);
  }
}

function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return ANSWERED.has(error.code) ? 0 : 2;
  if (error instanceof Failure && error.message === '') return 1;
  say(`stemma: ${sentenceOf(error)}`);
  return error instanceof UsageError ? 2 : 1;
}

function createProgram(): Command {
  const program = new Command('stemma')
    .description('An event-sourced virtual TPM 2.0 engine: cloning a TPM forks its history.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'stemma: ')) })
    .showSuggestionAfterError(false);
  addServe(program);
  addSimulator(program);
  addDemo(program);
  addMachine(program);
  addEndpoint(program);
  addLineage(program);
  addHistory(program);
  addState(program);
  addVerify(program);
  return program;
}
