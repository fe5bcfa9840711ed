import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { logLevelOption, protocolOption, type LogLevel } from './options.ts';
import { endAsked } from './signals.ts';
import { print } from './terminal.ts';

type SimulatorArguments = {
  readonly listen: string;
  readonly protocol: 'swtpm' | 'mssim';
  readonly data?: string;
  readonly profile: 'default' | 'swtpm';
  readonly logLevel: LogLevel;
};

/** Adds `simulator`: one TPM for one's own tests. */
export function addSimulator(program: Command): void {
  program
    .command('simulator')
    .description("run one TPM for one's own tests, powered on, until SIGTERM or SIGINT")
    .requiredOption('--listen <tcp:HOST:PORT>', 'where its clients connect')
    .addOption(protocolOption().default('swtpm'))
    .option('--data <dir>', 'keep the TPM in this folder; without it, in memory')
    .addOption(
      new Option('--profile <profile>', "the TPM's limits")
        .choices(['default', 'swtpm'])
        .default('default'),
    )
    .addOption(logLevelOption().default('warn'))
    .action(simulate);
}

async function simulate(options: SimulatorArguments): Promise<void> {
  process.umask(0o077);
  const { listen, protocol, profile, data } = options;
  const { openLog } = await import('./log.ts');
  const log = openLog(options.logLevel);
  const asked = endAsked();
  const { startSimulator } = await import('./simulator.ts');
  const simulator = await startSimulator({
    listen,
    protocol,
    profile,
    ...(data === undefined ? {} : { data: resolve(data) }),
    report: (error) => log.error({ err: error }, 'an error of the engine'),
  });
  print(`ready ${protocol} ${simulator.listen} ${simulator.controlListen}`);
  await Promise.race([asked, simulator.ended]);
  await simulator.close();
}
