// The units of an image, read as systemd reads them: what each may do, and what follows what.
import { deriveReadiness } from '../../lib/config/readiness';
import { toUnits } from '../../lib/release/units';

const units = toUnits({ entry: 'app/web.cjs' });
const lines = (name: string): string[] => (units.get(`clone/units/${name}`) ?? '').split('\n');
const valuesOf = (name: string, key: string): string[] =>
  lines(name)
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));

const programs = ['launch', 'watch', 'leave', 'replace', 'ship'].map((verb) => `clonekit-${verb}.service`);

describe.each(['clonekit.service', ...programs])('%s', (name) => {
  test.each([
    ['has a user that is made up at its start', 'DynamicUser', 'yes'],
    ['cannot write to the system', 'ProtectSystem', 'strict'],
    ['sees no home', 'ProtectHome', 'yes'],
    ['gains no rights', 'NoNewPrivileges', 'yes'],
    ['has no capability', 'CapabilityBoundingSet', ''],
    [
      'has one place to write to, in memory and bounded',
      'TemporaryFileSystem',
      '/mnt:size=16M,mode=1777,nosuid,nodev,noexec',
    ],
    [
      'cannot reach what every user may write to',
      'InaccessiblePaths',
      '-/tmp -/var/tmp -/run/lock -/dev/shm -/dev/mqueue',
    ],
    ['is told by the launch template', 'EnvironmentFile', '/run/clonekit/clone.env'],
  ])('%s', (_what, key, value) => expect(valuesOf(name, key)).toEqual([value]));

  test('runs the release’s own Node in its sandbox', () => {
    expect(valuesOf(name, 'ExecStart')[0]).toMatch(
      /^(sh \/opt\/clonekit\/clone\/ship\.sh )?\/opt\/clonekit\/node --permission --allow-fs-read=\/opt\/clonekit\/ /,
    );
  });

  test('is bounded in memory', () => expect(valuesOf(name, 'MemoryMax')).toHaveLength(1));
});

test('the app believes the authorities of RDS, which Node does not know', () => {
  expect(valuesOf('clonekit.service', 'Environment')).toContain('NODE_EXTRA_CA_CERTS=/opt/clonekit/clone/rds-ca.pem');
});

test('nothing starts before the clone has been told who it is', () => {
  expect(valuesOf('clonekit.path', 'PathExists')).toEqual(['/run/clonekit/told']);
  const installed = [...units].filter(([, text]) => text.includes('[Install]')).map(([path]) => path);
  expect(installed).toEqual(['clone/units/clonekit.path']);
});

test('the app comes back, but not for ever: then the clone asks to be replaced', () => {
  expect(valuesOf('clonekit.service', 'Restart')).toEqual(['always']);
  expect(valuesOf('clonekit.service', 'StartLimitBurst')).toEqual(['5']);
  expect(valuesOf('clonekit.service', 'OnFailure')).toEqual(['clonekit-replace.service']);
});

test('a clone that cannot even ask to be replaced goes off', () => {
  expect(valuesOf('clonekit-replace.service', 'FailureAction')).toEqual(['poweroff']);
});

test('an app that hangs is ended, one that must go drains', () => {
  expect(valuesOf('clonekit-watch.service', 'OnFailure')).toEqual(['clonekit-restart.service']);
  expect(valuesOf('clonekit-watch.service', 'OnSuccess')).toEqual(['clonekit-leave.service']);
  expect(valuesOf('clonekit-leave.service', 'Conflicts')).toEqual(['clonekit.service']);
  expect(valuesOf('clonekit-leave.service', 'After')).toEqual(['clonekit.service']);
});

test('the journal is read by who sends it and by nobody else', () => {
  const readers = [...units].filter(([, text]) => text.includes('SupplementaryGroups=systemd-journal'));
  expect(readers.map(([path]) => path)).toEqual(['clone/units/clonekit-ship.service']);
});

test('the journal is sent from before the first of a clone’s programs until after the last', () => {
  const [before = ''] = valuesOf('clonekit-ship.service', 'Before');
  expect(before.split(' ')).toEqual([
    'clonekit.service',
    ...['launch', 'watch', 'leave', 'replace'].map((verb) => `clonekit-${verb}.service`),
  ]);
  expect(valuesOf('clonekit.target', 'Wants').join().split(' ')).toContain('clonekit-ship.service');
});

test('whatever ends the sending, it goes on, and where it was; but not without a log group', () => {
  const of = (key: string) => valuesOf('clonekit-ship.service', key);
  expect(of('Restart')).toEqual(['always']);
  expect(of('StartLimitIntervalSec')).toEqual(['0']);
  expect(of('RuntimeDirectoryPreserve')).toEqual(['restart']);
  expect(of('RestartPreventExitStatus')).toEqual(['2']);
});

test('systemd waits longer for the app than the slowest stage lets it take to stop', () => {
  const [seconds] = valuesOf('clonekit.service', 'TimeoutStopSec');
  expect(Number(seconds)).toBeGreaterThan(deriveReadiness(3600).stopSeconds);
});

test('no unit names a path of the machine it was written on', () => {
  const paths = [...units.values()].join('\n').match(/(?<=[\s=:])\/[a-z]+/g) ?? [];
  const known = new Set(['/opt', '/run', '/mnt']);
  expect(paths.filter((path) => !known.has(path))).toEqual([]);
});
