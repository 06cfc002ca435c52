// The systemd units of an image: how the app and what stands beside it are started, bounded, watched and ended.
import { cloneEnvFile, cloneFolder, cloneToldFile, releaseFiles } from '../config/names';
import { deriveReadiness } from '../config/readiness';
import { authoritiesFile } from './authorities';
import { toNodeFlags } from './sandbox';

/** Section → its lines, in order; a key may be there twice. */
type Unit = Readonly<Record<string, readonly string[]>>;

const toText = (unit: Unit): string =>
  Object.entries(unit)
    .map(([section, lines]) => `[${section}]\n${lines.map((line) => `${line}\n`).join('')}`)
    .join('\n');

const node = `${cloneFolder}/${releaseFiles.node} ${toNodeFlags(cloneFolder).join(' ')}`;
const toProgram = (verb: string): string => `${node} ${cloneFolder}/${releaseFiles.clone}/clone.cjs ${verb}`;

/** No clone's own time to stop is longer than that of the slowest stage there can be; what comes after is a kill. */
const stopTimeoutSeconds = deriveReadiness(Number.MAX_SAFE_INTEGER).stopSeconds + 10;

/**
 * What a process on a clone may do: use the network, read the release, and nothing that lasts. All it can write to is
 * memory, and how much is bounded.
 * @see https://www.freedesktop.org/software/systemd/man/252/systemd.exec.html
 */
const sandbox: readonly string[] = [
  `EnvironmentFile=${cloneEnvFile}`,
  // A user that is made up at the start has no home; libraries that look for one find nothing there.
  `Environment=NODE_ENV=production HOME=${cloneFolder}`,
  `WorkingDirectory=${cloneFolder}`,
  'DynamicUser=yes',
  'UMask=0077',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  // What a dynamic user gets at /tmp lies on the disk and knows no bound, and cannot be had otherwise; so: elsewhere.
  'TemporaryFileSystem=/mnt:size=16M,mode=1777,nosuid,nodev,noexec',
  'Environment=TMPDIR=/mnt',
  'InaccessiblePaths=-/tmp -/var/tmp -/run/lock -/dev/shm -/dev/mqueue',
  'PrivateDevices=yes',
  'PrivateUsers=yes',
  'PrivateIPC=yes',
  'ProtectProc=invisible',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'LockPersonality=yes',
  'RemoveIPC=yes',
  // Node lists a machine's addresses by a netlink.
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallErrorNumber=EPERM',
  'LimitCORE=0',
  'TasksMax=128',
];

/** What stands beside the app is small, and must never take its memory. */
const besides = [...sandbox, 'MemoryMax=128M', 'SyslogIdentifier=clonekit'];

const toUnitsByName = (entry: string): Readonly<Record<string, Unit>> => ({
  // Whoever launched the clone tells it who it is; until then nothing of it runs.
  'clonekit.path': {
    Unit: ['Description=Starts the clone once it has been told who it is'],
    Path: [`PathExists=${cloneToldFile}`, 'Unit=clonekit.target'],
    Install: ['WantedBy=paths.target'],
  },
  'clonekit.target': {
    Unit: [
      'Description=A clone at work',
      'Wants=clonekit.service clonekit-launch.service clonekit-watch.service clonekit-ship.service',
    ],
  },
  'clonekit.service': {
    Unit: [
      'Description=The app',
      // At the end, too: the network is there until the app has drained.
      'After=network.target',
      // An app that does not stay up is not tried for ever: a new clone is the better try.
      'StartLimitIntervalSec=120',
      'StartLimitBurst=5',
      'OnFailure=clonekit-replace.service',
    ],
    Service: [
      'Type=exec',
      `ExecStart=${node} ${cloneFolder}/${entry}`,
      // Databases are verified by it.
      `Environment=NODE_EXTRA_CA_CERTS=${cloneFolder}/${authoritiesFile}`,
      'Restart=always',
      'RestartSec=500ms',
      'KillMode=mixed',
      `TimeoutStopSec=${stopTimeoutSeconds}`,
      ...sandbox,
      // What is left is for the system; of the machine, so that it holds for every size.
      'MemoryMax=75%',
      'MemorySwapMax=0',
      'LimitNOFILE=65536',
      'OOMPolicy=kill',
      'SyslogIdentifier=app',
    ],
  },
  'clonekit-launch.service': {
    Unit: ['Description=Says that the clone is ready, or gives it up', 'After=clonekit.service'],
    Service: ['Type=oneshot', 'RemainAfterExit=yes', `ExecStart=${toProgram('launch')}`, ...besides],
  },
  'clonekit-watch.service': {
    Unit: [
      'Description=Sees that the app answers, and hears when the clone must go',
      'After=clonekit.service',
      'StartLimitIntervalSec=0',
      'OnSuccess=clonekit-leave.service',
      'OnFailure=clonekit-restart.service',
    ],
    Service: ['Type=exec', `ExecStart=${toProgram('watch')}`, ...besides],
  },
  'clonekit-ship.service': {
    Unit: [
      'Description=Sends the journal to where it outlives the clone',
      'After=network.target nss-lookup.target',
      // What is stopped after them has their last words.
      `Before=clonekit.service ${['launch', 'watch', 'leave', 'replace'].map((verb) => `clonekit-${verb}.service`).join(' ')}`,
      // An AWS that is away for long is no reason to stop.
      'StartLimitIntervalSec=0',
    ],
    Service: [
      'Type=exec',
      `ExecStart=sh ${cloneFolder}/${releaseFiles.clone}/ship.sh ${toProgram('ship')}`,
      'SupplementaryGroups=systemd-journal',
      // How far AWS has it: in memory, and there until the unit is stopped.
      'RuntimeDirectory=clonekit-ship',
      'RuntimeDirectoryPreserve=restart',
      'Restart=always',
      'RestartSec=1s',
      // Told no log group: another try is told none, either.
      'RestartPreventExitStatus=2',
      // Only the program itself is told to end: who reads the journal goes on until then.
      'KillMode=mixed',
      'TimeoutStopSec=10',
      ...besides,
    ],
  },
  'clonekit-restart.service': {
    Unit: ['Description=Ends an app that hangs; it comes back by itself'],
    Service: [
      'Type=oneshot',
      'ExecStart=systemctl kill --signal=SIGKILL clonekit.service',
      'ExecStart=systemctl start --no-block clonekit-watch.service',
    ],
  },
  'clonekit-leave.service': {
    Unit: [
      'Description=Lets the app drain, and tells the group that the clone may end',
      // The app is stopped before this starts.
      'Conflicts=clonekit.service',
      'After=clonekit.service',
    ],
    Service: ['Type=oneshot', 'RemainAfterExit=yes', `ExecStart=${toProgram('leave')}`, ...besides],
  },
  'clonekit-replace.service': {
    Unit: [
      'Description=Asks the group for another clone in place of this one',
      // A clone that cannot even say so is missed as soon as it is gone.
      'FailureAction=poweroff',
    ],
    Service: ['Type=oneshot', `ExecStart=${toProgram('replace')}`, ...besides],
  },
});

/**
 * @param entry path in the release of what `node` runs, e.g. `app/web.cjs`
 * @returns path in the release → text
 */
export const toUnits = ({ entry }: { readonly entry: string }): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(toUnitsByName(entry)).map(([name, unit]) => [
      `${releaseFiles.clone}/units/${name}`,
      `# Written by clonekit.\n${toText(unit)}`,
    ]),
  );
