// A construct in a stack of its own, and what it comes to: shared by the tests of constructs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';

const context = JSON.parse(readFileSync(join(__dirname, '../../cdk.json'), 'utf8')).context as object;

// Whether templates are valid is asked once for all in test/stacks/make-stacks.test.ts.
process.env.CDK_VALIDATION = 'false';

/** What `use` makes of a stack; nothing is left on the disk. */
export const inStack = <T>(use: (stack: Stack) => T): T => {
  const outdir = mkdtempSync(join(tmpdir(), 'clonekit-constructs-'));
  try {
    const app = new App({ analyticsReporting: false, context, outdir });
    const stack = new Stack(app, 'Test', { env: { region: 'eu-central-1' } });
    return use(stack);
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

/** The template of a stack in which `build` has made something. */
export const templateOf = (build: (stack: Stack) => unknown): Template =>
  inStack((stack) => {
    build(stack);
    return Template.fromStack(stack);
  });

/** A network that is only there to be referred to. */
export const surroundings = (stack: Stack) => {
  const vpc = new Vpc(stack, 'Vpc', {
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    restrictDefaultSecurityGroup: false,
  });
  return {
    vpc,
    subnets: vpc.privateSubnets,
    securityGroup: new SecurityGroup(stack, 'SecurityGroup', { vpc, description: 'Test', allowAllOutbound: false }),
  };
};

/** The properties of the only resource of a type. */
export const propertiesOf = (template: Template, type: string): Record<string, unknown> => {
  const [resource, ...others] = Object.values(template.findResources(type));
  if (!resource || others.length > 0)
    throw new Error(`expected one ${type}; got: ${others.length + (resource ? 1 : 0)}`);
  return resource.Properties;
};

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Of the only policy there is. */
export const rightsOf = (template: Template): Statement[] =>
  (propertiesOf(template, 'AWS::IAM::ManagedPolicy').PolicyDocument as { Statement: Statement[] }).Statement;

/**
 * Every role names its rights, all of them ours but for those told, so that it is never there without them: none is inline,
 * or attached to it later.
 */
export const expectRightsFromTheStart = (template: Template, ...ofAws: string[]): void => {
  template.resourceCountIs('AWS::IAM::Policy', 0);
  const own = Object.entries(template.findResources('AWS::IAM::ManagedPolicy'));
  for (const [, { Properties }] of own) expect(Properties).not.toHaveProperty('Roles');
  const named = Object.values(template.findResources('AWS::IAM::Role')).flatMap(({ Properties }) => {
    expect(Properties).not.toHaveProperty('Policies');
    return Properties.ManagedPolicyArns as unknown[];
  });
  const arnOf = (policy: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::aws:policy/${policy}`]],
  });
  const expected = [...ofAws.map(arnOf), ...own.map(([Ref]) => ({ Ref }))];
  expect(named).toHaveLength(expected.length);
  expect(named).toEqual(expect.arrayContaining(expected));
};
