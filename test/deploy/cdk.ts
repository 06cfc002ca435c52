// The CDK's own command, pointed at moto and at nothing else.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { project } from '../policy/python';
import { account, type Moto } from './moto';

export interface CdkOptions {
  readonly temporary: string;
  readonly region: string;
  /** Left out: nothing answers, which is right for what only synthesizes. */
  readonly moto?: Moto;
  /** Paths of the config with their new values. */
  readonly changes?: Record<string, unknown>;
}

/** Credentials and endpoints for whatever speaks AWS's API here. */
export const toAwsEnv = ({ region, moto }: Pick<CdkOptions, 'region' | 'moto'>): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_EC2_METADATA_DISABLED: 'true',
  // Moto's first answer is its answer: a second one to the same question hides what went wrong.
  AWS_MAX_ATTEMPTS: '1',
  ...(moto && {
    AWS_ENDPOINT_URL: moto.url,
    // A name and no address: CloudFormation is given the template's place as a virtual-hosted bucket's.
    AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `http://localhost:${moto.port}`,
  }),
});

/** Runs one verb of it to its end; rejects with what it said when it fails. */
export function cdk(args: readonly string[], options: CdkOptions): Promise<string> {
  const { temporary, changes = {} } = options;
  const context = [
    'stage=dev',
    // Moto has exports and no Fn::GetStackOutput.
    '@aws-cdk/core:defaultCrossStackReferences=strong',
  ];
  const always = [
    ...['--app', 'node --import tsx test/deploy/app.ts', '--output', join(temporary, 'cdk.out')],
    ...context.flatMap((one) => ['--context', one]),
    ...['--no-notices', '--no-color', '--ci'],
  ];
  const env = {
    PATH: process.env.PATH,
    HOME: temporary,
    TMPDIR: temporary,
    CLONEKIT_HOME: join(temporary, 'home'),
    CLONEKIT_TEST_CHANGES: JSON.stringify(changes),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DEFAULT_ACCOUNT: account,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...toAwsEnv(options),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(join(project, 'node_modules/.bin/cdk'), [...args, ...always], {
      cwd: project,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const hear = (chunk: unknown): void => {
      said += chunk;
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(said);
      reject(new Error(`cdk ${args.join(' ')} ended with ${code}: ${said.slice(-6000)}\nmoto: ${options.moto?.log}`));
    });
  });
}
