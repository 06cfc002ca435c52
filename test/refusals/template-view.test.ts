// Reading a template: what is on, off or not to be told, and the way from one resource to another.
import { type ResourceView, type StackTemplate, type Template, TemplateView } from '../../lib/refusals/template-view';

const toStack = (name: string, template: Template, region = 'eu-central-1'): StackTemplate => ({
  name,
  constructPath: name,
  templatePath: `${name}.template.json`,
  account: undefined,
  region,
  template,
});

const toResource = (Properties: Record<string, unknown>): ResourceView =>
  new TemplateView([toStack('Test', { Resources: { It: { Type: 'T', Properties } } })]).resources[0] as ResourceView;

test.each([
  ['true', true, true, false],
  ['the text true', 'true', true, false],
  ['false', false, false, true],
  ['the text false', 'false', false, true],
  ['nothing', undefined, false, true],
  ['no value', { Ref: 'AWS::NoValue' }, false, true],
  ['an expression', { Ref: 'Parameter' }, false, false],
])('%s is on, off, or neither', (_, value, isOn, isOff) => {
  const resource = toResource({ Value: value });
  expect([resource.isOn('Properties.Value'), resource.isOff('Properties.Value')]).toEqual([isOn, isOff]);
});

test('an expression on the way to a value is the value, so that nobody takes it for absent', () => {
  const resource = toResource({ Data: { 'Fn::If': ['Is', { Image: 'a' }, { Image: 'b' }] } });
  expect(resource.isSet('Properties.Data.Image')).toBe(true);
  expect(resource.text('Properties.Data.Image')).toBeUndefined();
});

test('a pair that is absent has its default; one that a deploy decides has none', () => {
  const attributes = (value: unknown) => toResource({ List: value }).pair('Properties.List', 'a', 'default');
  expect(attributes(undefined)).toBe('default');
  expect(attributes([{ Key: 'a', Value: 1 }])).toBe('1');
  expect(attributes([{ Key: 'a', Value: { Ref: 'P' } }])).toBeUndefined();
  expect(attributes({ Ref: 'P' })).toBeUndefined();
});

const ending = { Resources: { End: { Type: 'End' } } };

test.each<[string, unknown, StackTemplate[]]>([
  ['its own stack', { Ref: 'End' }, []],
  [
    'an export of another',
    { 'Fn::ImportValue': 'Other:End' },
    [
      toStack('Other', {
        ...ending,
        Outputs: { E: { Value: { 'Fn::GetAtt': ['End', 'Arn'] }, Export: { Name: 'Other:End' } } },
      }),
    ],
  ],
  [
    'an output of an output',
    { 'Fn::GetStackOutput': { StackName: 'Middle', OutputName: 'M' } },
    [
      toStack('Middle', {
        Outputs: {
          M: { Value: { 'Fn::GetStackOutput': { StackName: 'Other', OutputName: 'E', Region: 'eu-central-1' } } },
        },
      }),
      toStack('Other', { ...ending, Outputs: { E: { Value: { Ref: 'End' } } } }),
      toStack(
        'Other',
        { Resources: { End: { Type: 'Elsewhere' } }, Outputs: { E: { Value: { Ref: 'End' } } } },
        'us-east-1',
      ),
    ],
  ],
])('the way leads through %s', (_, value, others) => {
  const own = others.length === 0 ? ending.Resources : {};
  const start = { Type: 'Start', Properties: { To: [value, value] } };
  const view = new TemplateView([toStack('Test', { Resources: { Start: start, ...own } }), ...others]);
  const found = view.ofType('Start')[0]?.mentioned('Properties.To', 'End') ?? [];
  expect(found.map(({ stack, logicalId }) => [stack.region, logicalId])).toEqual([['eu-central-1', 'End']]);
});

test('a name of something that is not in the templates leads nowhere', () => {
  const resource = toResource({ To: [{ Ref: 'Gone' }, { 'Fn::ImportValue': 'gone' }] });
  expect(resource.mentioned('Properties.To', 'T')).toEqual([]);
});
