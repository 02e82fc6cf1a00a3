// Run by `npm test`: the tests deliver to a real OpenSSH server, open what was encrypted with a real GnuPG and look at the
// register's site in a real Chromium. They are installed where that needs nobody's leave (root on Debian in a container);
// otherwise one sentence says what to install. Plain JavaScript, because it runs before anything else does.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PROGRAMS = [
  { program: 'sshd', package: 'openssh-server' },
  { program: 'sftp', package: 'openssh-client' },
  { program: 'ssh-keygen', package: 'openssh-client' },
  { program: 'gpg', package: 'gnupg' },
];

/** Without it the tests of the site in a browser are skipped, and say so. */
const BROWSER = { program: 'chromium', package: 'chromium' };

// A user's PATH often lacks the sbin directories, where sshd lies.
const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

function installed(program) {
  return directories.some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function missing() {
  return PROGRAMS.filter(({ program }) => !installed(program));
}

/**
 * Debian's container images carry a policy that starts no services. Elsewhere the package would open port 22 of
 * somebody's machine, which is not ours to decide.
 */
function mayInstall() {
  return process.getuid?.() === 0 && installed('apt-get') && existsSync('/usr/sbin/policy-rc.d');
}

/** Undefined, or what went wrong. */
function install(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    const run = spawnSync('apt-get', args, { env, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
    if (run.status !== 0) return `apt-get ${args[0]} failed: ${(run.stderr ?? '').trim().split('\n').at(-1)}`;
  }
  return undefined;
}

const wanted = missing();
if (wanted.length > 0) {
  const packages = [...new Set(wanted.map((entry) => entry.package))];
  const problem = mayInstall() ? install(packages) : 'installing them is for an administrator of this machine';
  const still = missing().map(({ program }) => program);
  if (still.length > 0) {
    console.error(
      `The tests need ${still.join(' and ')} (on Debian: apt-get install ${packages.join(' ')}); ${problem ?? 'the packages are installed, but do not bring them'}.`,
    );
    process.exit(1);
  }
}

// A browser is large and not everywhere to be had, so a machine that lacks it runs everything else.
if (process.env['DARS_CHROMIUM'] === undefined && !installed(BROWSER.program)) {
  const problem = mayInstall() ? install([BROWSER.package]) : 'installing it is for an administrator of this machine';
  if (!installed(BROWSER.program))
    console.error(
      `Without ${BROWSER.program} the browser tests are skipped (on Debian: apt-get install ${BROWSER.package}); ${problem}.`,
    );
}
