// Which programs can play which role of the fleet, as data: one row a flavour, the preferred flavour of a role first.

/** What every fleet has. */
export const commonRoles = ['load balancer', 'cache', 'database'] as const;
export type CommonRole = (typeof commonRoles)[number];
/** `cache` is one that keeps what it is told to. */
export type Role = CommonRole | 'memcached';
export type Flavour = 'haproxy' | 'valkey' | 'redis' | 'memcached' | 'mysql' | 'mariadb';

export interface CatalogueRow {
  readonly role: Role;
  readonly flavour: Flavour;
  /** Names of the executable, as found on a PATH. */
  readonly executables: readonly string[];
  /** What `--version` prints if it is this flavour; group 1 is the version. */
  readonly version: RegExp;
  /** Debian and Ubuntu packages that hold it, best first. */
  readonly packages: readonly string[];
  /** Where there is no apt: what to install, by package command. */
  readonly install: Readonly<Record<'brew' | 'dnf', string>>;
}

export const catalogue: readonly CatalogueRow[] = [
  {
    role: 'load balancer',
    flavour: 'haproxy',
    executables: ['haproxy'],
    version: /^HAProxy version (\d[\w.]*)/m,
    packages: ['haproxy'],
    install: { brew: 'haproxy', dnf: 'haproxy' },
  },
  {
    role: 'cache',
    flavour: 'valkey',
    executables: ['valkey-server'],
    version: /^(?:Valkey|Server) server v=(\d[\w.]*)/m,
    packages: ['valkey-server'],
    install: { brew: 'valkey', dnf: 'valkey' },
  },
  {
    role: 'cache',
    flavour: 'redis',
    executables: ['redis-server'],
    version: /^Redis server v=(\d[\w.]*)/m,
    packages: ['redis-server'],
    install: { brew: 'redis', dnf: 'redis' },
  },
  {
    role: 'memcached',
    flavour: 'memcached',
    executables: ['memcached'],
    version: /^memcached (\d[\w.]*)/m,
    packages: ['memcached'],
    install: { brew: 'memcached', dnf: 'memcached' },
  },
  {
    role: 'database',
    flavour: 'mysql',
    executables: ['mysqld'],
    version: /Ver (\d[\w.]*)(?!\S*MariaDB)\S* for (?!.*MariaDB)/,
    packages: ['mysql-server-core', 'mysql-server-core-8.4', 'mysql-server-core-8.0'],
    install: { brew: 'mysql', dnf: 'mysql-server' },
  },
  {
    role: 'database',
    flavour: 'mariadb',
    executables: ['mariadbd', 'mysqld'],
    version: /Ver (\d[\w.]*?)-MariaDB/,
    packages: ['mariadb-server-core'],
    install: { brew: 'mariadb', dnf: 'mariadb-server' },
  },
];

/** The environment variable, and the key in `.clonekit.json`, that name a role's program: a path or a flavour. */
export const overrides: Readonly<Record<Role, { readonly env: string; readonly key: string }>> = {
  'load balancer': { env: 'CLONEKIT_LOAD_BALANCER', key: 'loadBalancer' },
  cache: { env: 'CLONEKIT_CACHE', key: 'cache' },
  memcached: { env: 'CLONEKIT_MEMCACHED', key: 'memcached' },
  database: { env: 'CLONEKIT_DATABASE', key: 'database' },
};
