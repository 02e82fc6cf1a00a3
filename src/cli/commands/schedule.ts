import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { crontab, type ScheduleFacts, systemdUnits, type UnitFile } from '../../schedule/units.ts';
import { scheduleFacts } from '../wire.ts';
import { stateFolder } from '../wire-ledger.ts';
import { contextOf, openWorkspace } from './command-context.ts';

const PROGRAM = fileURLToPath(new URL('../../../bin/dars.js', import.meta.url));

interface ScheduleFlags {
  readonly systemd?: boolean;
  readonly cron?: boolean;
  readonly at: readonly string[];
  readonly user?: string;
  readonly out?: string;
}

export function addSchedule(program: Command): void {
  program
    .command('schedule')
    .description('print what lets the operating system run dars due each night, ready to install')
    .option('--systemd', 'a service and a timer, hardened')
    .option('--cron', 'lines for a crontab')
    .option('--at <times>', 'when, as 02:00 or 02:00,06:30', timesOf, ['02:00'])
    .option('--user <name>', 'who runs it (default: you)')
    .option('--out <dir>', 'write the units into this folder instead of printing them')
    .addHelpText(
      'after',
      '\nExample:\n  dars schedule --systemd --user dars --out /etc/systemd/system && systemctl enable --now dars-due.timer\n  dars schedule --cron --at 02:00,06:00',
    )
    .action(async (flags: ScheduleFlags, command: Command) => {
      const context = contextOf(command);
      if ((flags.systemd === true) === (flags.cron === true)) {
        throw new Fault(ExitCode.usage, 'schedule', 'say --systemd or --cron', {
          hint: 'dars due --dry-run shows what would run, and when',
        });
      }
      const workspace = await openWorkspace(context);
      const facts: ScheduleFacts = {
        ...scheduleFacts(workspace),
        program: [process.execPath, PROGRAM],
        user: flags.user ?? presentUser(),
        times: flags.at,
      };
      if (flags.cron === true) {
        const lines = crontab(facts, join(stateFolder(workspace), 'due.log'));
        context.reporter.result(lines.trimEnd(), { crontab: lines });
        return;
      }
      const units = systemdUnits(facts);
      if (flags.out === undefined) {
        const text = units.map(({ path, text: unit }) => `# ${path}\n${unit}`).join('\n');
        context.reporter.result(text.trimEnd(), { units });
        return;
      }
      const written = await writeUnits(units, resolve(flags.out));
      context.reporter.result(`Wrote ${written.join(' and ')}.`, { written });
    });
}

async function writeUnits(units: readonly UnitFile[], folder: string): Promise<string[]> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { path, text } of units) await writeFile(join(folder, basename(path)), text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Fault(ExitCode.usage, 'schedule', `the units can’t be written to ${folder} (${code})`, {
      hint: 'leave --out away to have them printed',
    });
  }
  return units.map(({ path }) => join(folder, basename(path)));
}

/** A container's user may have no name. */
function presentUser(): string {
  try {
    return userInfo().username;
  } catch {
    throw new Fault(ExitCode.usage, 'schedule', 'the user who is to run it has no name here', {
      hint: 'add --user NAME',
    });
  }
}

function timesOf(text: string): string[] {
  const times = text.split(',').map((time) => time.trim());
  if (times.some((time) => !/^([01]\d|2[0-3]):[0-5]\d$/.test(time)))
    throw new InvalidArgumentError('Times are written as 02:00, with commas between them.');
  return times;
}
