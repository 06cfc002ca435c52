// What every stack of a stage has in common: its name, its region, its tags.
import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type StackPart, stackName, tags } from '../config/names';
import type { StageConfig } from '../config/stage-config';

export abstract class StageStack extends Stack {
  constructor(scope: Construct, part: StackPart, config: StageConfig, props: StackProps = {}) {
    const name = stackName(config.stage, part);
    super(scope, name, {
      ...props,
      stackName: name,
      // No account: the same template goes to whichever account the credentials are of.
      env: { region: config.region },
      tags: { [tags.stage]: config.stage },
    });
  }
}
