// What counts as a change of a disk: all that an app could leave there, and nothing that every boot writes.
import { isOfTheSystem } from '../../../lib/config/system-files';
import { toPaths } from '../../../lib/local/image/changes';

test('what diff says of two folders becomes paths', () => {
  const told = [
    'Files /a/was/etc/machine-id and /a/is/etc/machine-id differ',
    'Only in /a/is: upload',
    'Only in /a/is/var/lib: people',
    'Only in /a/was/opt/clonekit: node',
    'Symbolic links /a/was/etc/x and /a/is/etc/x differ',
    '',
  ].join('\n');
  expect(toPaths(told, ['/a/was', '/a/is'])).toEqual([
    '/etc/machine-id',
    '/upload',
    '/var/lib/people',
    '/opt/clonekit/node',
    '/etc/x',
  ]);
});

test.each(['/etc/machine-id', '/var/lib/cloud', '/var/log/wtmp', '/etc/systemd/network/10-cloud-init-ens3.network'])(
  '%s is what every boot writes',
  (path) => expect(isOfTheSystem(path)).toBe(true),
);

test.each(['/opt/clonekit/app/web.cjs', '/var/log/app.log', '/var/log/journal', '/tmp/upload', '/var/lib/clonekit'])(
  '%s is a change',
  (path) => expect(isOfTheSystem(path)).toBe(false),
);
