// A bake, from its start to its end, by the real SDK against a stand-in: what is waited for, and how each failure is told.
import { OperatorError } from '../../lib/config/operator-error';
import { Aws } from '../../lib/ops/aws';
import { type BakeOptions, bake } from '../../lib/ops/bake';
import { getBaseAmiId } from '../../lib/ops/base-image';
import { type Answer, type Script, StandIn } from './image-builder';

const arn = 'arn:aws:imagebuilder:eu-central-1:111122223333:image/clonekit-dev-image/1.0.1/1';
const release = 'd'.repeat(64);
const what = {
  pipelineArn: 'arn:aws:imagebuilder:eu-central-1:111122223333:image-pipeline/clonekit-dev-image',
  release,
  region: 'eu-central-1',
};
const good = {
  arn,
  name: 'clonekit-dev-image',
  dateCreated: '2026-11-24T12:00:00Z',
  tags: { 'clonekit:release': release },
  imageTestsConfiguration: { imageTestsEnabled: true },
  imageRecipe: { parentImage: 'ami-0fedcba9876543210' },
  outputResources: { amis: [{ region: 'eu-central-1', image: 'ami-0123456789abcdef0' }] },
};
const image = (status: string, changes: object = {}): Answer => ({
  body: { image: { ...good, state: { status, reason: 'it is so' }, ...changes } },
});
const script = (GetImage: readonly Answer[], others: Script = {}): Script => ({
  ListImagePipelineImages: [{ body: { imageSummaryList: [] } }],
  StartImagePipelineExecution: [{ body: { imageBuildVersionArn: arn } }],
  GetImage,
  ...others,
});

let standIn: StandIn;
afterEach(() => standIn.stop());

const run = async (answers: Script, options: Partial<BakeOptions> = {}) => {
  standIn = await StandIn.start(answers);
  const aws = new Aws({ stage: 'dev', region: 'eu-central-1', endpoint: standIn.endpoint });
  return bake(aws, what, { pollSeconds: 0.005, withinSeconds: 30, report: () => {}, ...options });
};

test('starts the pipeline, tells each state, and ends with the image, its base and its time', async () => {
  const states: string[] = [];
  const answers = ['PENDING', 'BUILDING', 'BUILDING', 'TESTING', 'DISTRIBUTING', 'AVAILABLE'].map((one) => image(one));
  const baked = await run(script(answers), { report: ({ state }) => states.push(state) });
  expect(baked).toEqual({
    amiId: 'ami-0123456789abcdef0',
    baseAmiId: 'ami-0fedcba9876543210',
    bakedAt: '2026-11-24T12:00:00.000Z',
  });
  expect(states).toEqual(['pending', 'building', 'building', 'testing', 'distributing', 'available']);
  expect(standIn.calls[1]).toMatchObject({
    operation: 'StartImagePipelineExecution',
    input: { imagePipelineArn: what.pipelineArn },
  });
});

const summary = (changes: object): Script => ({
  ListImagePipelineImages: [
    { body: { imageSummaryList: [{ arn, state: { status: 'TESTING' }, tags: good.tags, ...changes }] } },
  ],
});

test('a bake of the same release that goes on already is waited for, and no other started', async () => {
  await run(script([image('AVAILABLE')], summary({})));
  expect(standIn.count('StartImagePipelineExecution')).toBe(0);
});

test.each([{ state: { status: 'FAILED' } }, { tags: { 'clonekit:release': 'e'.repeat(64) } }])(
  'a bake with %j is not waited for',
  async (changes) => {
    await run(script([image('AVAILABLE')], summary(changes)));
    expect(standIn.count('StartImagePipelineExecution')).toBe(1);
  },
);

test('a failed test phase is told with the step that failed, in its own words, and its log', async () => {
  const failed = run(
    script([image('FAILED')], {
      ListWorkflowExecutions: [
        {
          body: {
            workflowExecutions: [
              { workflowExecutionId: 'wf-1', status: 'COMPLETED' },
              { workflowExecutionId: 'wf-2', status: 'FAILED' },
            ],
          },
        },
      ],
      ListWorkflowStepExecutions: [
        {
          body: {
            steps: [
              { name: 'LaunchTestInstance', status: 'COMPLETED' },
              { name: 'ApplyTestComponents', status: 'FAILED', message: 'verify: the app\nmust answer' },
            ],
          },
        },
      ],
    }),
  );
  await expect(failed).rejects.toThrow(
    new OperatorError(
      `${arn}: must become available, got: failed, ApplyTestComponents: verify: the app must answer; read the log group /aws/imagebuilder/clonekit-dev-image, mend it, and bake again`,
    ),
  );
  expect(standIn.calls.at(-1)).toMatchObject({ input: { workflowExecutionId: 'wf-2' } });
});

test('a failure whose steps may not be read is told in Image Builder’s words', async () => {
  await expect(run(script([image('FAILED')]))).rejects.toThrow(
    `${arn}: must become available, got: failed, it is so; `,
  );
});

test('a bake that somebody cancelled is told as that', async () => {
  await expect(run(script([image('CANCELLED')]))).rejects.toThrow(
    new OperatorError(`${arn}: must become available, got: cancelled; bake again`),
  );
});

const busy: Answer = { status: 429, error: 'CallRateLimitExceededException' };

test('a service that is busy is asked again', async () => {
  // More often than the SDK tries by itself.
  await run(script([image('BUILDING'), ...Array(5).fill(busy), image('AVAILABLE')]));
  expect(standIn.count('GetImage')).toBe(7);
});

test('a service that is away for a while is asked again', async () => {
  const away: Answer = { status: 503, error: 'ServiceUnavailableException' };
  await run(script([...Array(4).fill(away), image('AVAILABLE')]));
  expect(standIn.count('GetImage')).toBe(5);
});

test('who may not bake is told so, and nothing is waited for', async () => {
  const denied: Answer = { status: 403, error: 'AccessDeniedException' };
  await expect(run(script([], { StartImagePipelineExecution: [denied] }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  expect(standIn.count('GetImage')).toBe(0);
});

test('who may bake and not look is told so at once', async () => {
  const denied: Answer = { status: 403, error: 'AccessDeniedException' };
  await expect(run(script([denied]))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect(standIn.count('GetImage')).toBe(1);
});

test('a bake that does not end is given up, and goes on', async () => {
  await expect(run(script([image('TESTING')]), { withinSeconds: 0.02 })).rejects.toThrow(
    new OperatorError(
      `${arn}: must have ended within 0.02 s, got: testing; the bake goes on: wait for it again with the same command`,
    ),
  );
});

test('who stops waiting is told that the bake goes on', async () => {
  const stop = new AbortController();
  const stopped = run(script([image('BUILDING')]), { stop: stop.signal, pollSeconds: 60, report: () => stop.abort() });
  await expect(stopped).rejects.toThrow('got: building, and nobody waits any more; the bake goes on');
});

test.each<[string, object, string]>([
  ['of another release', { tags: {} }, `must be of release ${release}, got: nothing`],
  [
    'that nobody tested',
    { imageTestsConfiguration: { imageTestsEnabled: false } },
    'must be tested, got: tests that are off',
  ],
  [
    'in another region',
    { outputResources: { amis: [{ region: 'us-east-1', image: 'ami-1' }] } },
    'must be an AMI in eu-central-1',
  ],
  [
    'on a base image that changes',
    { imageRecipe: { parentImage: 'ssm:/x' } },
    'must stand on an image named by its id, got: ssm:/x',
  ],
])('an image %s is not locked', async (_, changes, message) => {
  await expect(run(script([image('AVAILABLE', changes)]))).rejects.toThrow(`${arn}: ${message}`);
});

describe('the base image', () => {
  const ask = async (answer: Answer, base: 'al2023' | 'debian-13' = 'al2023') => {
    standIn = await StandIn.start({ GetParameter: [answer] });
    return getBaseAmiId(new Aws({ stage: 'dev', region: 'eu-central-1', endpoint: standIn.endpoint }), base, 'x86_64');
  };

  test.each([
    ['al2023', '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'],
    ['debian-13', '/aws/service/debian/release/13/latest/amd64'],
  ] as const)('of %s is what the public parameter tells', async (base, Name) => {
    const answer = { body: { Parameter: { Value: 'ami-0fedcba9876543210' } } };
    expect(await ask(answer, base)).toBe('ami-0fedcba9876543210');
    expect(standIn.calls).toEqual([{ operation: 'GetParameter', input: { Name } }]);
  });

  test('that is none is refused', async () => {
    await expect(ask({ body: { Parameter: { Value: 'soon' } } })).rejects.toThrow(
      'al2023-ami-kernel-default-x86_64: must be the id of an image, got: soon; use another image.base',
    );
  });
});
