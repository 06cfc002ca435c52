// The secrets whose passwords are replaced by a function, as the template declares them.
import { OperatorError } from '../../config/operator-error';
import type { ResourceReader } from '../resource-reader';

export interface RotationPlan {
  readonly secretArn: string;
  readonly functionArn: string;
  readonly everyDays?: number;
  /** Folder of the function's code in the cloud assembly. */
  readonly asset: string;
  /** `file.export`, as Lambda names what it calls. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

export const toRotations = (
  schedules: readonly ResourceReader[],
  functions: readonly ResourceReader[],
): RotationPlan[] =>
  schedules.flatMap((schedule) => {
    const functionArn = schedule.findText('RotationLambdaARN');
    // One that AWS hosts: nothing of it is in the template.
    if (functionArn === undefined) return [];
    const code = functions.find((candidate) => functionArn.endsWith(`:${candidate.physicalId}`));
    if (!code) {
      const rule = 'must name a function of the templates';
      throw new OperatorError(
        `${schedule.stack}: ${schedule.logicalId}.RotationLambdaARN ${rule}, got: ${functionArn}`,
      );
    }
    return [
      {
        secretArn: schedule.text('SecretId'),
        functionArn,
        everyDays: schedule.findNumber('RotationRules.AutomaticallyAfterDays'),
        asset: `asset.${code.text('Code.S3Key').replace(/^.*\/|\.zip$/g, '')}`,
        handler: code.text('Handler'),
        environment: (code.find('Environment.Variables') ?? {}) as Record<string, string>,
        // Lambda's own default.
        timeoutSeconds: code.findNumber('Timeout') ?? 3,
      },
    ];
  });
