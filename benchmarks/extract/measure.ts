import { spawnSync } from 'node:child_process';

/** What one whole command cost, by the operating system's own account (GNU time; Debian package `time`). */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
  /** Of the largest process, in MB. */
  readonly peak: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function measure(command: readonly string[], cwd: string): Cost {
  const ran = spawnSync('/usr/bin/time', ['-f', '#cost %e %U %S %M', ...command], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const [, wall = '0', user = '0', system = '0', peak = '0'] = /#cost (\S+) (\S+) (\S+) (\S+)/.exec(ran.stderr) ?? [];
  if (ran.status !== 0)
    throw new Error(`${command.join(' ').slice(0, 200)} ended with ${ran.status}:\n${ran.stderr.slice(-2000)}`);
  return {
    wall: Number(wall),
    cpu: Number(user) + Number(system),
    peak: Number(peak) / 1024,
    stdout: ran.stdout,
    stderr: ran.stderr,
  };
}
