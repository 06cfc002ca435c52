// `clonekit maintenance`: the load balancer itself answers everybody with a page, or lets them through to the clones again.
import {
  CreateRuleCommand,
  DeleteRuleCommand,
  ElasticLoadBalancingV2Client,
  type Listener,
  paginateDescribeListeners,
  paginateDescribeRules,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';
import type { Stage } from './stage';

/** By which its own rule is known again. */
const mark = '<!-- clonekit maintenance -->';

/**
 * A fixed response of an Application Load Balancer has no headers of its own, so it cannot send Retry-After; the page asks
 * browsers to come back after a minute instead. At most 1,024 characters.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_FixedResponseActionConfig.html
 */
const page = [
  `<!doctype html>${mark}<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="60">`,
  '<meta name="viewport" content="width=device-width"><title>Back soon</title>',
  '<body style="font:1.2rem system-ui;margin:4rem auto;max-width:30rem;padding:0 1rem;color-scheme:light dark">',
  '<h1>Back soon</h1><p>We are working on it. This page asks again every minute.</p></body></html>',
].join('');

/** Those that send people to the clones; one that redirects leads to such a one. */
async function getListeners(aws: Aws, { loadBalancerArn }: Stage): Promise<Listener[]> {
  const found: Listener[] = [];
  const pages = paginateDescribeListeners(
    { client: aws.of(ElasticLoadBalancingV2Client) },
    { LoadBalancerArn: loadBalancerArn },
  );
  for await (const { Listeners = [] } of pages) {
    found.push(...Listeners.filter(({ DefaultActions = [] }) => DefaultActions.some(({ Type }) => Type === 'forward')));
  }
  if (found.length > 0) return found;
  throw new OperatorError('load balancer: must have a listener that forwards, got: none. Deploy the fleet stack again');
}

async function listRules(aws: Aws, ListenerArn: string): Promise<Rule[]> {
  const all: Rule[] = [];
  const pages = paginateDescribeRules({ client: aws.of(ElasticLoadBalancingV2Client) }, { ListenerArn });
  for await (const { Rules = [] } of pages) all.push(...Rules);
  return all;
}

const isOurs = ({ Actions = [] }: Rule): boolean =>
  Actions.some(({ FixedResponseConfig }) => FixedResponseConfig?.MessageBody?.includes(mark));

export interface MaintenancePlan {
  /** Listeners that get the page. */
  readonly add: readonly string[];
  /** Rules that go. */
  readonly remove: readonly string[];
}

export async function planMaintenance(aws: Aws, stage: Stage, on: boolean): Promise<MaintenancePlan> {
  const add: string[] = [];
  const remove: string[] = [];
  for (const { ListenerArn = '' } of await getListeners(aws, stage)) {
    const rules = await listRules(aws, ListenerArn);
    const ours = rules.filter(isOurs).map(({ RuleArn = '' }) => RuleArn);
    if (!on) remove.push(...ours);
    if (!on || ours.length > 0) continue;
    const first = rules.find(({ Priority }) => Priority === '1');
    if (first) {
      throw new OperatorError(
        `listener ${ListenerArn}: priority 1 must be free, got: ${first.RuleArn}. Move that rule`,
      );
    }
    add.push(ListenerArn);
  }
  return { add, remove };
}

export async function setMaintenance(aws: Aws, { add, remove }: MaintenancePlan): Promise<void> {
  const client = aws.of(ElasticLoadBalancingV2Client);
  for (const ListenerArn of add) {
    await client.send(
      new CreateRuleCommand({
        ...{ ListenerArn, Priority: 1 },
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['*'] } }],
        Actions: [
          {
            Type: 'fixed-response',
            FixedResponseConfig: { StatusCode: '503', ContentType: 'text/html', MessageBody: page },
          },
        ],
      }),
    );
  }
  for (const RuleArn of remove) await client.send(new DeleteRuleCommand({ RuleArn }));
}
