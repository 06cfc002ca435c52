// Each expression a template may hold, and the refusal of those it may not.
import { createResolve, type Templates } from '../../lib/local/template';

const templates: Templates = {
  first: {
    Parameters: { Size: { Default: 'small' } },
    Resources: { Box: { Type: 'Test::Box' } },
    Outputs: {
      Plain: { Value: { Ref: 'Box' } },
      Shared: { Value: { 'Fn::GetAtt': ['Box', 'Width'] }, Export: { Name: 'first:Width' } },
    },
  },
  second: { Resources: {} },
};

const resolve = createResolve(templates, {
  region: 'eu-central-1',
  account: '1234',
  ref: (stack, logicalId) => `${stack}-${logicalId}`,
  findAttribute: (_, __, ___, attribute) => (attribute === 'Width' ? '12' : undefined),
});

describe('an expression of a template', () => {
  test.each([
    ['plain values', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
    ['Ref of a resource', { Ref: 'Box' }, 'first-Box'],
    ['Ref of a parameter', { Ref: 'Size' }, 'small'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-central-1'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Box', 'Width'] }, '12'],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Box.Width' }, '12'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Size' }]] }, 'a-small'],
    ['Fn::Split and Fn::Select', { 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b'] }] }, 'b'],
    ['Fn::Sub', { 'Fn::Sub': 'in ${AWS::Region} ${Box.Width} ${!Literal}' }, 'in eu-central-1 12 ${Literal}'],
    ['Fn::Sub with values', { 'Fn::Sub': ['${X}!', { X: { Ref: 'Size' } }] }, 'small!'],
    ['Fn::Base64', { 'Fn::Base64': { Ref: 'Size' } }, 'c21hbGw='],
    ['Fn::GetStackOutput', { 'Fn::GetStackOutput': { StackName: 'first', OutputName: 'Plain' } }, 'first-Box'],
    ['Fn::ImportValue', { 'Fn::ImportValue': 'first:Width' }, '12'],
  ])('%s', (_, value, expected) => {
    expect(resolve('first', value)).toEqual(expected);
  });

  test.each([
    [
      'an unknown function',
      { 'Fn::Cidr': ['10.0.0.0/8'] },
      'first: an expression that this machine cannot evaluate, got: Fn::Cidr',
    ],
    ['a reference to nothing', { Ref: 'Nothing' }, 'first: Ref names nothing in the template, got: Nothing'],
    [
      'an unknown attribute',
      { 'Fn::GetAtt': ['Box', 'Taste'] },
      'first: Box (Test::Box) has no attribute Taste on this machine',
    ],
    ['an export that is not there', { 'Fn::ImportValue': 'x' }, 'templates: no stack exports that name, got: x'],
    [
      'an output that is not there',
      { 'Fn::GetStackOutput': { StackName: 'second', OutputName: 'Plain' } },
      'second: has no output of that name, got: Plain',
    ],
  ])('%s is refused by name', (_, value, message) => {
    expect(() => resolve('first', value)).toThrow(message);
  });
});
