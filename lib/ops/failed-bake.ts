// Says why there is no image: the step that failed, in its own words, and where the rest of it was written.
import {
  type Image,
  type ImagebuilderClient,
  ListWorkflowExecutionsCommand,
  ListWorkflowStepExecutionsCommand,
} from '@aws-sdk/client-imagebuilder';
import { OperatorError } from '../config/operator-error';

/** The first step that failed, e.g. `ApplyTestComponents: …`; undefined when none did, or none is to be seen. */
async function findFailedStep(client: ImagebuilderClient, { arn }: Image): Promise<string | undefined> {
  const { workflowExecutions = [] } = await client.send(
    new ListWorkflowExecutionsCommand({ imageBuildVersionArn: arn }),
  );
  const failed = workflowExecutions.find(({ status }) => status === 'FAILED');
  if (!failed) return undefined;
  const { steps = [] } = await client.send(
    new ListWorkflowStepExecutionsCommand({ workflowExecutionId: failed.workflowExecutionId }),
  );
  const step = steps.find(({ status }) => status === 'FAILED');
  return step ? `${step.name}: ${step.message ?? 'no reason'}` : failed.message;
}

const toLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

export async function toFailedBake(client: ImagebuilderClient, image: Image): Promise<OperatorError> {
  const state = image.state?.status?.toLowerCase() ?? 'gone';
  // Whoever may not look at the steps still learns what Image Builder says of the whole.
  const step = await findFailedStep(client, image).catch(() => undefined);
  const why = toLine(step ?? image.state?.reason ?? 'no reason');
  const log = `/aws/imagebuilder/${image.name ?? ''}`;
  return new OperatorError(
    state === 'cancelled'
      ? `${image.arn}: must become available, got: cancelled; bake again`
      : `${image.arn}: must become available, got: ${state}, ${why}; read the log group ${log}, mend it, and bake again`,
  );
}
