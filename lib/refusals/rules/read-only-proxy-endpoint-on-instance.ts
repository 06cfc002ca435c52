// A read-only endpoint of a proxy before an instance: only clusters have readers behind a proxy.
import type { Refusal } from '../refusal';

const proxy = 'AWS::RDS::DBProxy';

export const readOnlyProxyEndpointOnInstance: Refusal = {
  name: 'read-only-proxy-endpoint-on-instance',
  prevents: 'every query to it fails: RDS Proxy finds readers in clusters only',
  remedy: "read from the replicas' own endpoints, or use a Multi-AZ cluster",
  find: (view) => {
    const targets = view
      .ofType('AWS::RDS::DBProxyTargetGroup')
      .filter((group) => group.list('Properties.DBInstanceIdentifiers').length > 0)
      .flatMap((group) => group.mentioned('Properties.DBProxyName', proxy));
    return view
      .ofType('AWS::RDS::DBProxyEndpoint')
      .filter((endpoint) => endpoint.text('Properties.TargetRole') === 'READ_ONLY')
      .filter((endpoint) => endpoint.mentioned('Properties.DBProxyName', proxy).some((one) => targets.includes(one)))
      .map((at) => ({
        at,
        path: 'Properties.TargetRole',
        must: 'must be READ_WRITE on a proxy of an instance',
        got: 'READ_ONLY',
      }));
  },
};
