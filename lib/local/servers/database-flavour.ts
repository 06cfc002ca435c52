// What differs between MySQL and MariaDB when the fleet runs them; the procedure in database.ts is one for both.
import type { Program } from '../programs/program';

export interface Source {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  /** Whom to trust that it is the source. @default - it is followed in the clear */
  readonly caFile?: string;
}

export interface DatabaseFlavour {
  /** Makes the system tables in an empty folder. Runs once a version; the result is copied from then on. */
  readonly initialise: (program: Program, folder: string) => { command: string[]; stdin?: string };
  /** Arguments every start needs. */
  readonly arguments: (program: Program) => string[];
  /** Arguments that make a server write a row-based binary log with GTIDs, whatever the template says. */
  readonly replication: readonly string[];
  /** Arguments by which a primary acknowledges no write that its standby has not, while that is there; for both of them. */
  readonly pair: readonly string[];
  /** Parameters of a template that this flavour does not have, each with the reason. */
  readonly without: Readonly<Record<string, string>>;
  /** SQL that makes a replica follow a source from its first transaction on. */
  readonly follow: (source: Source) => readonly string[];
  /** SQL that makes a replica follow nobody. */
  readonly unfollow: readonly string[];
  /** SQL that lets a server take writes. */
  readonly takeWrites: readonly string[];
  /** SQL that tells the last transaction a server has. */
  readonly position: string;
  /** SQL that waits for one, so many seconds at most (more than 0), and answers 0 once it is there. */
  readonly untilPosition: (position: string, seconds: number) => string;
  /** SQL that lets a replica refuse every write but the replication's. */
  readonly refuseWrites: string;
  /** The same as an argument, for a replica that is started again. */
  readonly refuseWritesArgument: string;
  readonly replicaStatus: string;
  /** Columns of the status row: whether both threads run, how far it is behind, and the last transaction it was sent. */
  readonly columns: { readonly io: string; readonly sql: string; readonly lag: string; readonly received: string };
}

export const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
