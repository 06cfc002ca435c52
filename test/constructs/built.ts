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
