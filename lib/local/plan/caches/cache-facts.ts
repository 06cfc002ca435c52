// What every kind of cache declares, and what reads one kind.
import type { ResourceReader } from '../../resource-reader';

export interface CacheFacts {
  readonly purpose: 'sessions' | 'objects';
  readonly key: string;
  readonly id: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly nodeType: string;
  readonly parameterGroup: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether it is spoken to by TLS, and not otherwise. @default false */
  readonly tls?: boolean;
}

/** What the templates declare, by the names that AWS would give to it. */
export interface DeclaredCaches {
  readonly caches: ReadonlyMap<string, ResourceReader>;
  readonly parameterGroups: ReadonlyMap<string, ResourceReader>;
  readonly userGroups: ReadonlyMap<string, ResourceReader>;
  readonly users: readonly ResourceReader[];
}

/** How a kind of cache is read. @param nodeBytes the memory that its engine has on such a node */
export type ToCachePlan<Plan extends CacheFacts> = (
  facts: CacheFacts,
  nodeBytes: number,
  cache: ResourceReader,
  declared: DeclaredCaches,
) => Plan;
