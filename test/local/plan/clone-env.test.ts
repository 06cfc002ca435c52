// User data as a clone's environment, and changed for this machine without being anything but user data.
import { toEnvironment, withEnvironment, withFile } from '../../../lib/local/plan/clone-env';

const toUserData = (content: string, head = '## template: jinja\n#cloud-config\n'): string => {
  const told = { path: '/run/clonekit/told', content: '' };
  return `${head}${JSON.stringify({ write_files: [{ path: '/run/clonekit/clone.env', content }, told] })}`;
};

test('each line of the file is a variable, up to its first equals sign', () => {
  expect(toEnvironment(toUserData('A=1\nB=x=y\nC=\n'))).toEqual({ A: '1', B: 'x=y', C: '' });
});

test('a plain cloud-config is read, too', () => {
  expect(toEnvironment(toUserData('A=1\n', '#cloud-config\n'))).toEqual({ A: '1' });
});

test.each(['', '#!/bin/sh\n', '#cloud-config\n{}', '## template: jinja\n#cloud-config\n{"write_files":[]}'])(
  '%j is refused',
  (userData) => {
    expect(() => toEnvironment(userData, 'fleet/Template')).toThrow(
      'fleet/Template: user data must be a cloud-config that writes /run/clonekit/clone.env, got: none',
    );
  },
);

test('variables are changed and added, everything else stays as it was', () => {
  const changed = withEnvironment(toUserData('A=1\nB={{ v1.instance_id }}\n'), { A: '2', C: '3' });
  expect(changed).toBe(toUserData('A=2\nB={{ v1.instance_id }}\nC=3\n'));
});

test('a file more is written before all others, for what reads them may need it', () => {
  const told = toUserData('A=1\n');
  const [head = '', config = ''] = told.split(/(?<=#cloud-config\n)/);
  const changed = withFile(told, { path: '/run/clonekit/ca.pem', content: 'PEM' });
  const added = { permissions: '0644', path: '/run/clonekit/ca.pem', content: 'PEM' };
  expect(changed).toBe(`${head}${JSON.stringify({ write_files: [added, ...JSON.parse(config).write_files] })}`);
  expect(toEnvironment(changed)).toEqual({ A: '1' });
});
