// What lets a finding through: an acknowledgement of its rule, at its construct or above, with a reason.
import { Validations } from 'aws-cdk-lib';
import { cacheWithToken, synth } from './synthesis';

const reason = 'one secret for two teams';

test('with a reason silences its rule below its construct, and nowhere else', () => {
  const { error, refused, acknowledged } = synth((stack) => {
    Validations.of(cacheWithToken(stack, 'Old')).acknowledge({ id: 'clonekit::auth-token', reason });
    cacheWithToken(stack, 'New');
  });
  expect(acknowledged).toEqual(['Test/Old: auth-token']);
  expect(refused).toEqual(['Test/New: auth-token']);
  expect(error).toContain('Test/New');
  expect(error).not.toContain('Test/Old');
});

test('of all there is lets the synthesis through', () => {
  const { error, refused } = synth((stack) => {
    cacheWithToken(stack);
    Validations.of(stack).acknowledge({ id: 'clonekit::auth-token', reason });
  });
  expect([error, refused]).toEqual([undefined, []]);
});

test.each([
  ['of another rule', 'clonekit::sticky-target-group', reason, undefined],
  ['without a reason', 'clonekit::auth-token', 'legacy', 'must have a reason of at least three words; got: "legacy"'],
  ['of a rule there is not', 'clonekit::auth-tokens', reason, 'must name a rule; got: "clonekit::auth-tokens"'],
  ['that names no plugin', 'auth-token', reason, 'the acknowledgement names no plugin; got: "auth-token"'],
])('%s is no way through', (_, id, why, sentence = 'AuthToken must not be set') => {
  const { error } = synth((stack) => {
    Validations.of(cacheWithToken(stack)).acknowledge({ id, reason: why });
  });
  expect(error).toContain(sentence);
});

test("of somebody else's rule is none of ours", () => {
  const { refused } = synth((stack) => {
    Validations.of(cacheWithToken(stack)).acknowledge({ id: 'AwsSolutions::AwsSolutions-AEC6', reason: 'users' });
  });
  expect(refused).toEqual(['Test/Cache: auth-token']);
});
