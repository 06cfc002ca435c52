// What can be told of expressions without a deploy: their literal text, and what they refer to.
import { listReferences, toText, unknownText } from '../../lib/refusals/expression';

test.each([
  ['text', 'a', 'a'],
  ['a number', 1, '1'],
  ['a join', { 'Fn::Join': ['-', ['a', { Ref: 'B' }, 'c']] }, `a-${unknownText}-c`],
  ['encoded text, as it was before', { 'Fn::Base64': { 'Fn::Join': ['', ['a', 'b']] } }, 'ab'],
  ['a substitution', { 'Fn::Sub': 'a ${B} ${!c}' }, `a ${unknownText} \${c}`],
  ['a substitution with values', { 'Fn::Sub': ['a ${B}', { B: 'b' }] }, `a ${unknownText}`],
  ['a reference', { Ref: 'B' }, unknownText],
  ['nothing', null, unknownText],
])('the text of %s', (_, value, text) => {
  expect(toText(value)).toBe(text);
});

test.each([
  ['a resource', { Ref: 'A' }, [{ logicalId: 'A' }]],
  ['an attribute', { 'Fn::GetAtt': ['A', 'Arn'] }, [{ logicalId: 'A' }]],
  ['an attribute, short', { 'Fn::GetAtt': 'A.Endpoint.Port' }, [{ logicalId: 'A' }]],
  ['an export', { 'Fn::ImportValue': 'Stack:Name' }, [{ exportName: 'Stack:Name' }]],
  [
    "another stack's output",
    { 'Fn::GetStackOutput': { StackName: 'S', OutputName: 'O', Region: 'eu-central-1' } },
    [{ stackName: 'S', outputName: 'O', region: 'eu-central-1' }],
  ],
  [
    'a substitution',
    { 'Fn::Sub': ['${A}:${B.Arn}:${!C}:${D}', { D: { Ref: 'E' } }] },
    [{ logicalId: 'A' }, { logicalId: 'B' }, { logicalId: 'E' }],
  ],
  ['what is deep in it', [{ a: { 'Fn::Join': ['', ['x', { Ref: 'A' }]] } }], [{ logicalId: 'A' }]],
  ['nothing', 'A', []],
])('a reference to %s', (_, value, references) => {
  expect(listReferences(value)).toEqual(references);
});
