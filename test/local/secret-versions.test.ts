// The stages of a secret's versions move as Secrets Manager moves them.
import { SecretVersions } from '../../lib/local/secret-versions';

const stagesOf = (versions: SecretVersions): Record<string, string[]> =>
  Object.fromEntries(versions.all.map(({ id, stages }) => [id, [...stages].sort()]));

test('what was current becomes previous, and what was previous is forgotten', () => {
  const versions = new SecretVersions();
  for (const id of ['one', 'two', 'three']) versions.put(id, ['AWSCURRENT'], id);
  expect(stagesOf(versions)).toEqual({ two: ['AWSPREVIOUS'], three: ['AWSCURRENT'] });
});

test('a version that was begun has no text until it is written, and keeps what was written', () => {
  const versions = new SecretVersions();
  versions.put('one', ['AWSCURRENT'], 'one');
  versions.put('two', ['AWSPENDING']);
  expect(versions.find({ stage: 'AWSPENDING' })).toMatchObject({ id: 'two', text: undefined });
  versions.put('two', ['AWSPENDING'], 'written');
  versions.put('two', ['AWSPENDING'], 'written over');
  expect(versions.find({ id: 'two' })?.text).toBe('written');
});

test('a version may be in several stages; each stage is in one version', () => {
  const versions = new SecretVersions();
  versions.put('one', ['AWSCURRENT'], 'one');
  versions.put('two', ['AWSPENDING'], 'two');
  versions.move('AWSCURRENT', 'two');
  expect(stagesOf(versions)).toEqual({ one: ['AWSPREVIOUS'], two: ['AWSCURRENT', 'AWSPENDING'] });
  versions.move('AWSPENDING', undefined);
  expect(stagesOf(versions)).toEqual({ one: ['AWSPREVIOUS'], two: ['AWSCURRENT'] });
});

test('a version is found by id and stage together', () => {
  const versions = new SecretVersions();
  versions.put('one', ['AWSCURRENT'], 'one');
  expect(versions.find({ id: 'one', stage: 'AWSCURRENT' })?.text).toBe('one');
  expect(versions.find({ id: 'one', stage: 'AWSPENDING' })).toBeUndefined();
});
