// What the SDK's own serializer writes, the twin reads; what the twin writes, the SDK's own deserializer reads.

import * as scaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as balancing from '@aws-sdk/client-elastic-load-balancing-v2';
import { QueryShapeSerializer, XmlShapeDeserializer } from '@aws-sdk/core/protocols';
import { readQuery, writeQuery, writeQueryError } from '../../../lib/local/twin/query';
import { type ActionSchema, findActionSchema } from '../../../lib/local/twin/schema';
import { AwsError } from '../../../lib/local/twin/service';

const settings = { timestampFormat: { useTrait: true, default: 5 as const }, httpBindings: false };

const schemaOf = (schemas: object, action: string): ActionSchema => findActionSchema(schemas, action) as ActionSchema;

function write(schema: ActionSchema, input: object, isEc2 = false): URLSearchParams {
  const serializer = new QueryShapeSerializer({
    ...settings,
    ...(isEc2 ? { ec2: true, flattenLists: true, capitalizeKeys: true, serializeEmptyLists: false } : {}),
  });
  serializer.write(schema.input, input);
  return new URLSearchParams(String(serializer.flush()));
}

test.each([
  ['a list of names', balancing, 'DescribeLoadBalancers', { Names: ['a', 'b&<é'], PageSize: 7 }],
  [
    'a list of structures',
    balancing,
    'DescribeTargetHealth',
    { TargetGroupArn: 'x', Targets: [{ Id: 'i-1', Port: 80 }] },
  ],
  [
    'more than nine items, in order',
    balancing,
    'DescribeTags',
    { ResourceArns: Array.from({ length: 12 }, (_, i) => `arn${i}`) },
  ],
  [
    'booleans',
    scaling,
    'TerminateInstanceInAutoScalingGroup',
    { InstanceId: 'i', ShouldDecrementDesiredCapacity: false },
  ],
  ['nested lists', scaling, 'DescribeAutoScalingGroups', { Filters: [{ Name: 'tag:a', Values: ['1', '2'] }] }],
  [
    'times',
    scaling,
    'PutScheduledUpdateGroupAction',
    { AutoScalingGroupName: 'g', StartTime: new Date('2026-01-02T03:04:05Z') },
  ],
  ['nothing', scaling, 'DescribeAutoScalingGroups', {}],
])('reads what the SDK writes: %s', (_, schemas, action, input) => {
  const schema = schemaOf(schemas, action);
  expect(readQuery(write(schema, input), schema, 'query')).toEqual(input);
});

test('reads what the SDK writes to EC2, whose lists are flat', () => {
  const schema = schemaOf(ec2, 'DescribeInstances');
  const input = { InstanceIds: ['i-1', 'i-2'], Filters: [{ Name: 'tag:x', Values: ['y'] }] };
  expect(readQuery(write(schema, input, true), schema, 'ec2')).toEqual(input);
});

test('a number that is none is refused with its name', () => {
  const schema = schemaOf(balancing, 'DescribeLoadBalancers');
  const read = () => readQuery(new URLSearchParams({ PageSize: 'many' }), schema, 'query');
  expect(read).toThrow(new AwsError('MalformedInput', 'PageSize must be a number, got: many'));
});

test('the SDK reads what the twin writes', async () => {
  const schema = schemaOf(balancing, 'DescribeTargetHealth');
  const output = {
    TargetHealthDescriptions: [
      { Target: { Id: 'i-1<&>', Port: 80 }, TargetHealth: { State: 'unhealthy', Description: 'a "reason" & more' } },
    ],
  };
  const xml = writeQuery('DescribeTargetHealth', output, schema, 'http://example/', 'query');
  const reader = new XmlShapeDeserializer({ ...settings, xmlNamespace: '', serviceNamespace: '' } as never);
  expect(await reader.read(schema.output, xml, 'DescribeTargetHealthResult')).toEqual(output);
});

test('an empty answer is well-formed too', () => {
  const schema = schemaOf(balancing, 'DescribeLoadBalancers');
  expect(writeQuery('DescribeLoadBalancers', {}, schema, 'http://example/', 'query')).toMatch(
    /^<DescribeLoadBalancersResponse xmlns="http:\/\/example\/"><DescribeLoadBalancersResult><\/DescribeLoadBalancersResult>/,
  );
});

test('an error cannot break out of its element', () => {
  expect(writeQueryError(new AwsError('Code', '</Message><Message>'), 'query')).not.toContain('</Message><Message>');
});

test('an action that no schema has is not found', () => {
  expect(findActionSchema(balancing, 'Describe')).toBeUndefined();
  expect(findActionSchema(balancing, 'constructor')).toBeUndefined();
});
