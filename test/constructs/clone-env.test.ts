// What a clone is told at birth.
import { type Stack, Token } from 'aws-cdk-lib';
import { toUserData } from '../../lib/constructs/clone-env';
import { inStack } from './built';

const render = (variables: (stack: Stack) => Record<string, string>): unknown =>
  inStack((stack) => stack.resolve(toUserData(stack, variables(stack)).render()));

test('it is cloud-config that writes one file, the machine’s own id in it, and then says that it has', () => {
  expect(render(() => ({ A: '1', B: 'two words' }))).toBe(
    '## template: jinja\n#cloud-config\n{"write_files":[{"path":"/run/clonekit/clone.env","permissions":"0644",' +
      '"content":"A=1\\nB=two words\\nCLONEKIT_CLONE_ID={{ v1.instance_id }}\\n"},{"path":"/run/clonekit/told","content":""}]}',
  );
});

test('references stay references inside the JSON', () => {
  expect(render(() => ({ HOST: `${Token.asString({ Ref: 'Cache' })}:6380` }))).toEqual({
    'Fn::Join': [
      '',
      [
        '## template: jinja\n#cloud-config\n{"write_files":[{"path":"/run/clonekit/clone.env","permissions":"0644","content":"HOST=',
        { Ref: 'Cache' },
        ':6380\\nCLONEKIT_CLONE_ID={{ v1.instance_id }}\\n"},{"path":"/run/clonekit/told","content":""}]}',
      ],
    ],
  });
});

test.each([
  ['A-B', '1', 'must have a name of letters, digits and underscores that begins with no digit; got: "A-B"'],
  ['1A', '1', 'must have a name of letters, digits and underscores that begins with no digit; got: "1A"'],
  ['A', 'one\nB=2', String.raw`must be one line without quotes, backslashes, or spaces at its ends; got: "one\nB=2"`],
  ['A', '"one"', String.raw`must be one line without quotes, backslashes, or spaces at its ends; got: "\"one\""`],
  ['A', "it's", `must be one line without quotes, backslashes, or spaces at its ends; got: "it's"`],
  ['A', 'a\\b', String.raw`must be one line without quotes, backslashes, or spaces at its ends; got: "a\\b"`],
  ['A', 'a{{b', 'must not hold {{, {% or {#, which cloud-init would take for its own; got: "a{{b"'],
  ['A', '{%b', 'must not hold {{, {% or {#, which cloud-init would take for its own; got: "{%b"'],
  ['A', 'a{#', 'must not hold {{, {% or {#, which cloud-init would take for its own; got: "a{#"'],
  ['CLONEKIT_CLONE_ID', 'i-1', 'must be left to the clone: which one it is, is known at its boot only; got: "i-1"'],
  ['A', ' a', 'must be one line without quotes, backslashes, or spaces at its ends; got: " a"'],
])('%s=%j is refused: not every reader would read it so', (name, value, message) => {
  expect(() => render(() => ({ [name]: value }))).toThrow(`Test.environment.${name} ${message}; `);
});

test('an empty value is a value', () => {
  expect(render(() => ({ A: '' }))).toContain(String.raw`"content":"A=\nCLONEKIT_CLONE_ID=`);
});
