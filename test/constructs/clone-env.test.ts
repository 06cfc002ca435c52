// What a clone is told at birth.
import { type Stack, Token } from 'aws-cdk-lib';
import { toUserData } from '../../lib/constructs/clone-env';
import { inStack } from './built';

const render = (variables: (stack: Stack) => Record<string, string>): unknown =>
  inStack((stack) => stack.resolve(toUserData(stack, variables(stack)).render()));

test('it is cloud-config that writes one file', () => {
  expect(render(() => ({ A: '1', B: 'two words' }))).toBe(
    '#cloud-config\n{"write_files":[{"path":"/run/clonekit/clone.env","permissions":"0644","content":"A=1\\nB=two words\\n"}]}',
  );
});

test('references stay references inside the JSON', () => {
  expect(render(() => ({ HOST: `${Token.asString({ Ref: 'Cache' })}:6380` }))).toEqual({
    'Fn::Join': [
      '',
      [
        '#cloud-config\n{"write_files":[{"path":"/run/clonekit/clone.env","permissions":"0644","content":"HOST=',
        { Ref: 'Cache' },
        ':6380\\n"}]}',
      ],
    ],
  });
});
