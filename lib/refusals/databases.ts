// Which database copies from which, and which one holds the only data there is.
import type { ResourceView, TemplateView } from './template-view';

const type = 'AWS::RDS::DBInstance';
const source = 'Properties.SourceDBInstanceIdentifier';

/** Instances that others replicate from, each once. */
export const listSources = (view: TemplateView): ResourceView[] => [
  ...new Set(view.ofType(type).flatMap((replica) => replica.mentioned(source, type))),
];

/** Instances that hold data of their own: no replicas, and no members of a cluster, which holds it for them. */
export const listPrimaries = (view: TemplateView): ResourceView[] =>
  view.ofType(type).filter((one) => !one.isSet(source) && !one.isSet('Properties.DBClusterIdentifier'));
