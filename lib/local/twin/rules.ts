// Listeners and their rules: a fixed response is really what the load balancer answers.
import type * as schemas from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Fleet } from '../fleet';
import type { ListenerRule } from '../rules';
import { toPage } from './page';
import { AwsError, type Handler, select } from './service';

const listenerNotFound = (arn: string) => new AwsError('ListenerNotFound', `Listeners '${arn}' not found`);
const ruleNotFound = (arn: string) => new AwsError('RuleNotFound', `Rules '${arn}' not found`);
const refuse = (what: string, got: unknown) =>
  new AwsError('ValidationError', `The local twin takes ${what}, got: ${JSON.stringify(got)}`);

const forward = ({ plan }: Fleet): schemas.Action => ({
  Type: 'forward',
  TargetGroupArn: plan.targetGroup.arn,
  Order: 1,
});

const toListener = (fleet: Fleet): schemas.Listener => ({
  ListenerArn: fleet.plan.loadBalancer.listenerArn,
  LoadBalancerArn: fleet.plan.loadBalancer.arn,
  Port: fleet.plan.loadBalancer.listenerPort,
  Protocol: fleet.plan.loadBalancer.listenerProtocol as schemas.ProtocolEnum,
  DefaultActions: [forward(fleet)],
});

const toRule = ({ arn, priority, paths, response }: ListenerRule): schemas.Rule => ({
  RuleArn: arn,
  Priority: String(priority),
  IsDefault: false,
  Conditions: [{ Field: 'path-pattern', Values: [...paths], PathPatternConfig: { Values: [...paths] } }],
  Actions: [
    {
      Type: 'fixed-response',
      Order: 1,
      FixedResponseConfig: {
        ...{ StatusCode: String(response.status), ContentType: response.contentType, MessageBody: response.body },
      },
    },
  ],
});

const toDefaultRule = (fleet: Fleet): schemas.Rule => ({
  RuleArn: `${fleet.rules.listenerArn.replace(':listener/', ':listener-rule/')}/default`,
  Priority: 'default',
  IsDefault: true,
  Conditions: [],
  Actions: [forward(fleet)],
});

function verifyListener(arn: string | undefined, { rules }: Fleet): void {
  if (arn !== rules.listenerArn) throw listenerNotFound(String(arn));
}

function toPaths(conditions: readonly schemas.RuleCondition[] = []): string[] {
  const [condition, second] = conditions;
  const paths = condition?.PathPatternConfig?.Values ?? condition?.Values ?? [];
  if (second || condition?.Field !== 'path-pattern' || paths.length === 0)
    throw refuse('one condition path-pattern', conditions);
  return paths;
}

function toResponse(actions: readonly schemas.Action[] = []): ListenerRule['response'] {
  const [action, second] = actions;
  const config = action?.FixedResponseConfig;
  const { StatusCode, ContentType = 'text/plain', MessageBody = '' } = config ?? {};
  if (second || !config || StatusCode !== '503' || ContentType !== 'text/html') {
    throw refuse('one fixed-response of status 503 and type text/html', actions);
  }
  if (MessageBody.length > 1024) throw new AwsError('ValidationError', 'MessageBody must be at most 1024 characters.');
  // HAProxy would write a line's end as %0A.
  if (/\p{Cc}/u.test(MessageBody)) throw refuse('a MessageBody of one line', MessageBody);
  return { status: 503, contentType: ContentType, body: MessageBody };
}

export const ruleActions: Readonly<Record<string, Handler>> = {
  DescribeListeners: (input: schemas.DescribeListenersInput, fleet): schemas.DescribeListenersOutput => {
    const { arn } = fleet.plan.loadBalancer;
    if (input.LoadBalancerArn !== undefined && input.LoadBalancerArn !== arn) {
      throw new AwsError('LoadBalancerNotFound', `Load balancers '[${input.LoadBalancerArn}]' not found`);
    }
    const all = select([toListener(fleet)], input.ListenerArns, ({ ListenerArn }) => ListenerArn, listenerNotFound);
    const { items, next } = toPage(all, input.PageSize, input.Marker);
    return { Listeners: items, NextMarker: next };
  },
  DescribeRules: (input: schemas.DescribeRulesInput, fleet): schemas.DescribeRulesOutput => {
    if (input.ListenerArn !== undefined) verifyListener(input.ListenerArn, fleet);
    const all = [...fleet.rules.all.map(toRule), toDefaultRule(fleet)];
    const wanted = select(all, input.RuleArns, ({ RuleArn }) => RuleArn, ruleNotFound);
    const { items, next } = toPage(wanted, input.PageSize, input.Marker);
    return { Rules: items, NextMarker: next };
  },
  CreateRule: async (input: schemas.CreateRuleInput, fleet): Promise<schemas.CreateRuleOutput> => {
    verifyListener(input.ListenerArn, fleet);
    const priority = input.Priority ?? 0;
    if (priority < 1 || priority > 50_000)
      throw new AwsError('ValidationError', 'Priority must be between 1 and 50000.');
    if (fleet.rules.all.some((rule) => rule.priority === priority)) {
      throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
    }
    const made = await fleet.rules.add({
      priority,
      paths: toPaths(input.Conditions),
      response: toResponse(input.Actions),
    });
    return { Rules: [toRule(made)] };
  },
  DeleteRule: async ({ RuleArn = '' }: schemas.DeleteRuleInput, { rules }): Promise<schemas.DeleteRuleOutput> => {
    if (!rules.find(RuleArn)) throw ruleNotFound(RuleArn);
    await rules.remove(RuleArn);
    return {};
  },
};
