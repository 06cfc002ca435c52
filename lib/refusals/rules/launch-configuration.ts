// A launch configuration, which CDK makes unless it is told not to.
import type { Refusal } from '../refusal';

export const launchConfiguration: Refusal = {
  name: 'launch-configuration',
  prevents: 'accounts opened since October 2024 cannot create it',
  remedy:
    'give the group a launchTemplate, or set the flag @aws-cdk/aws-autoscaling:generateLaunchTemplateInsteadOfLaunchConfig',
  find: (view) =>
    view
      .ofType('AWS::AutoScaling::LaunchConfiguration')
      .map((at) => ({ at, path: 'Type', must: 'must be AWS::EC2::LaunchTemplate', got: at.type })),
};
