import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crontab, type ScheduleFacts, systemdUnits } from '../../src/schedule/units.ts';
import { makeWorkspace, type Tree } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';

const FACTS: ScheduleFacts = {
  workspace: '/srv/dars',
  program: [process.execPath, '/opt/dars/bin/dars.js'],
  user: userInfo().username,
  times: ['02:00', '06:30'],
  writes: ['/srv/dars/state', '/srv/out'],
  reads: ['/data/pds.parquet'],
  secrets: [],
  threads: 6,
};

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

/** What `systemd-analyze verify` has to say of units; it looks at every line, and at programs and users. */
function verify(facts: ScheduleFacts): string {
  const folder = mkdtempSync(join(tmpdir(), 'dars-units-'));
  try {
    for (const { path, text } of systemdUnits(facts))
      execFileSync('tee', [join(folder, path.split('/').at(-1) ?? '')], { input: text });
    const units = ['dars-due.service', 'dars-due.timer'].map((name) => join(folder, name));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' });
    const ours = stderr.split('\n').filter((line) => line.includes('dars'));
    return [...ours, ...(status === 0 ? [] : [`exit ${status}`])].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('units of systemd', () => {
  it.skipIf(!hasSystemd)('are what systemd-analyze verifies, and it finds what is wrong', () => {
    expect(verify(FACTS)).toBe('');
    expect(verify({ ...FACTS, program: ['/nowhere/node'] })).toContain('/nowhere/node');
    expect(verify({ ...FACTS, times: ['25:00'] })).not.toBe('');
  });

  it.skipIf(!hasSystemd)('hold paths with blanks, quotes, percent signs and dollars', () => {
    const odd = '/srv/a "b" 100% $HOME';
    const facts = { ...FACTS, workspace: odd, writes: [`${odd}/state`] };
    expect(verify(facts)).toBe('');
    const [service] = systemdUnits(facts);
    expect(service?.text).toMatch(/^ExecStart=.*"\/srv\/a \\"b\\" 100%% \$\$HOME"/m);
    expect(service?.text).toContain('ReadWritePaths="/srv/a \\"b\\" 100%% $HOME/state"');
  });

  it('write only where dars writes, and see home directories only where something lies there', () => {
    const text = (facts: Partial<ScheduleFacts>): string =>
      systemdUnits({ ...FACTS, program: ['/usr/bin/node', '/opt/dars/bin/dars.js'], ...facts })[0]?.text ?? '';
    expect(text({}).match(/^ReadWritePaths=.*$/gm)).toEqual([
      'ReadWritePaths=/srv/dars/state',
      'ReadWritePaths=/srv/out',
    ]);
    expect(text({})).toContain('ProtectHome=yes');
    expect(text({ reads: ['/home/etl/pds.parquet'] })).toContain('ProtectHome=read-only');
    const program = ['/home/dars/.nvm/versions/node/v22.12.0/bin/node', '/opt/dars/bin/dars.js'];
    expect(text({ program })).toContain('ProtectHome=read-only');
    expect(text({})).not.toContain('EnvironmentFile');
    expect(text({ secrets: ['DARS_SIGNING_PASSPHRASE'] })).toContain('EnvironmentFile=/etc/dars/dars.env');
  });

  it('run at the times asked for, and after a night on which the machine was off', () => {
    const timer = systemdUnits(FACTS)[1]?.text;
    expect(timer?.match(/^OnCalendar=.*$/gm)).toEqual([
      'OnCalendar=*-*-* 02:00:00 Europe/London',
      'OnCalendar=*-*-* 06:30:00 Europe/London',
    ]);
    expect(timer).toContain('Persistent=true');
  });
});

describe('dars schedule', () => {
  it('gives the units of its workspace, printed or written', async () => {
    using workspace = await makeWorkspace({
      workspace: (file) => {
        file['monitoring'] = { metrics: '/var/lib/node_exporter/dars.prom' };
        file['keys'] = {
          pseudonym: { env: 'DARS_MASTER_KEY' },
          signing: { file: 'keys/custodian.private.asc', passphrase: { env: 'DARS_PASSPHRASE' } },
        };
      },
    });
    const printed = await darsHere(workspace.root, ['schedule', '--systemd']);
    expect(printed.stdout).toContain(`ReadWritePaths=${workspace.root}/state`);
    expect(printed.stdout).toContain(`ReadWritePaths=${workspace.root}/out`);
    expect(printed.stdout).toContain('ReadWritePaths=/var/lib/node_exporter');
    expect(printed.stdout).toContain('holds DARS_MASTER_KEY, DARS_PASSPHRASE;');
    const folder = join(workspace.root, 'units');
    expect((await darsHere(workspace.root, ['schedule', '--systemd', '--out', folder])).status).toBe(0);
    expect(printed.stdout).toContain(readFileSync(join(folder, 'dars-due.service'), 'utf8').trimEnd());
    if (hasSystemd) {
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', join(folder, 'dars-due.timer')], {
        encoding: 'utf8',
      });
      expect(stderr.split('\n').filter((line) => line.includes('dars'))).toEqual([]);
    }
  });

  it('gives units that can read keys, and the days of sources, that lie in somebody’s home', async () => {
    const protectHome = async (change: (file: Tree) => void): Promise<string | undefined> => {
      using workspace = await makeWorkspace({ workspace: change });
      const { stdout } = await darsHere(workspace.root, ['schedule', '--systemd']);
      return /^ProtectHome=(.*)$/m.exec(stdout)?.[1];
    };
    const key = await protectHome((file) => {
      (file['keys'] as Tree)['pseudonym'] = { file: '/home/dars/pseudonym.key' };
    });
    const day = await protectHome((file) => {
      (file['sources'] as { opt_outs: Tree }).opt_outs['as_at'] = { file: '/root/opt-outs.date' };
    });
    expect([key, day]).toEqual(['read-only', 'read-only']);
  });

  it('gives a line for cron that a shell runs as it stands', async () => {
    const root = mkdtempSync(join(tmpdir(), "dars o'cron 100% "));
    try {
      const text = crontab({ ...FACTS, workspace: root, program: ['echo', 'ran'] }, join(root, 'state/due.log'));
      const [line = ''] = text.split('\n').filter((each) => /^\d/.test(each));
      expect(line).toMatch(/^0 2 \* \* \* /);
      // cron takes an escaped percent sign for one.
      const command = line.split(' ').slice(5).join(' ').replaceAll('\\%', '%');
      execFileSync('/bin/sh', ['-c', command]);
      expect(readFileSync(join(root, 'state/due.log'), 'utf8')).toBe(`ran --workspace ${root} --json due\n`);
      expect(statSync(join(root, 'state/due.log')).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  it('wants to know which, and takes no time that is none', async () => {
    using workspace = await makeWorkspace();
    expect((await darsHere(workspace.root, ['schedule'])).status).toBe(2);
    expect((await darsHere(workspace.root, ['schedule', '--systemd', '--cron'])).status).toBe(2);
    expect((await darsHere(workspace.root, ['schedule', '--cron', '--at', '24:00'])).status).toBe(2);
  });
});
