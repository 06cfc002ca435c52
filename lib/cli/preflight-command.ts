// Runs `preflight`: what a stage needs, from its config, asked of the account.
import { derive } from '../config/derived';
import type { StageName } from '../config/names';
import { isNewNetwork, type StageConfig } from '../config/stage-config';
import { getStages } from '../config/stages';
import { type Needs, preflight } from '../ops/preflight';
import { print } from './checks-command';
import type { Surroundings } from './flags';
import { operate } from './operate';

export function toNeeds(config: StageConfig): Needs {
  const { network, zones, https } = config;
  const gateways = isNewNetwork(network) ? { none: 0, one: 1, 'per-zone': zones.length }[network.nat] : 0;
  return {
    region: config.region,
    clones: derive(config).surge,
    instanceTypes: config.clones.instanceTypes,
    addresses: gateways,
    databases: 1 + config.database.replicas.length,
    ...('certificateArn' in https ? { certificateArn: https.certificateArn } : {}),
  };
}

export const preflightCommand = (
  { stage, json }: { readonly stage: StageName; readonly json?: boolean },
  surroundings: Surroundings,
): Promise<number> => {
  const [config] = getStages(stage) as [StageConfig];
  return operate({ on: 'aws', stage }, surroundings, async (aws) =>
    print({ json }, aws, await preflight(aws, toNeeds(config))),
  );
};
