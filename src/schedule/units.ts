import { dirname } from 'node:path';

/** What a schedule of the operating system needs to know of a workspace. All paths are absolute. */
export interface ScheduleFacts {
  readonly workspace: string;
  /** How dars is started: Node, and the program; both may lie in a home directory, as those of a version manager do. */
  readonly program: readonly string[];
  /** Who it runs as. */
  readonly user: string;
  /** When, as `02:00`, in London. */
  readonly times: readonly string[];
  /** The folders that it writes to; everything else is read only. */
  readonly writes: readonly string[];
  /** What it reads, to know whether it needs to see home directories. */
  readonly reads: readonly string[];
  /** The variables of the environment that dars.yaml takes secrets from. */
  readonly secrets: readonly string[];
  /** How many threads Node needs for files and queries. */
  readonly threads: number;
}

/** A file to install, with the path where it goes. */
export interface UnitFile {
  readonly path: string;
  readonly text: string;
}

const NAME = 'dars-due';
const SECRETS = '/etc/dars/dars.env';

/** A service and a timer of systemd: hardened as far as a JIT compiler, a disk and a network allow. */
export function systemdUnits(facts: ScheduleFacts): readonly UnitFile[] {
  const { workspace, program, user, times, writes, reads, secrets, threads } = facts;
  const homes = [workspace, ...program, ...writes, ...reads].some((path) =>
    /^\/(home|root|run\/user)(\/|$)/.test(path),
  );
  const service = `# dars: everything that is due, once. Made by \`dars schedule --systemd\`; make it again when dars.yaml changes.
# Before it is started for the first time, as root:
${writes.map((path) => `#   install -d -m 700 -o ${user} -g ${user} ${shellWord(path)}`).join('\n')}
[Unit]
Description=dars: release what is due in ${specifier(workspace)}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=${user}
Group=${user}
WorkingDirectory=${specifier(workspace)}
Environment=UV_THREADPOOL_SIZE=${threads}
${secrets.length === 0 ? '' : `# holds ${secrets.join(', ')}; mode 600, owned by root\nEnvironmentFile=${SECRETS}\n`}ExecStart=${[...program, '--workspace', workspace, '--json', 'due'].map(execWord).join(' ')}
# A night's work takes as long as it takes; a run that is killed goes on with the next.
TimeoutStartSec=infinity

# Memory holds what may not be written to disk: no swap, no core dumps.
MemorySwapMax=0
LimitCORE=0
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=${homes ? 'read-only' : 'yes'}
${writes.map((path) => `ReadWritePaths=${unitWord(path)}`).join('\n')}
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# No MemoryDenyWriteExecute: Node compiles JavaScript into memory that it then runs.
`;
  const timer = `# The nights of ${NAME}.service. Made by \`dars schedule --systemd\`.
[Unit]
Description=dars: when to release what is due in ${specifier(workspace)}

[Timer]
${times.map((time) => `OnCalendar=*-*-* ${time}:00 Europe/London`).join('\n')}
# A night on which the machine was off is caught up when it is on again.
Persistent=true
AccuracySec=1min

[Install]
WantedBy=timers.target
`;
  return [
    { path: `/etc/systemd/system/${NAME}.service`, text: service },
    { path: `/etc/systemd/system/${NAME}.timer`, text: timer },
  ];
}

/** Lines for the crontab of the user. Missed nights need no care here: what is due stays due. */
export function crontab(facts: ScheduleFacts, log: string): string {
  const { workspace, program, times, secrets, threads } = facts;
  const command = [...program, '--workspace', workspace, '--json', 'due'].map(shellWord).join(' ');
  const environment = secrets.length === 0 ? '' : `set -a; . ${SECRETS}; `;
  // The state folder is made on first use, and this may be it.
  const go = `umask 077; cd ${shellWord(workspace)} && mkdir -p ${shellWord(dirname(log))}`;
  const line = `${go} && ${environment}UV_THREADPOOL_SIZE=${threads} ${command} >> ${shellWord(log)} 2>&1`;
  return `# dars: everything that is due, once. Made by \`dars schedule --cron\`; for \`crontab -e\` of the user that runs dars.
# Times are those of the machine. Every line of the log is JSON; it holds no patient's value.
${secrets.length === 0 ? '' : `# ${SECRETS} holds ${secrets.join(', ')}, and only this user can read it.\n`}SHELL=/bin/sh
${times.map((time) => `${Number(time.slice(3))} ${Number(time.slice(0, 2))} * * * ${line.replaceAll('%', '\\%')}`).join('\n')}
`;
}

/** A path in a unit's value, where % begins a specifier. */
function specifier(text: string): string {
  return text.replaceAll('%', '%%');
}

/** A word of ExecStart, where $ begins a variable. */
function execWord(text: string): string {
  return unitWord(text.replaceAll('$', '$$$$'));
}

/** A word of a list in a unit. */
function unitWord(text: string): string {
  const escaped = specifier(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
