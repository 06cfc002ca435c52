// What the MySQL servers are told beyond their own defaults: one group for primary and replicas, each line with its why.

/**
 * Every value is a literal: what a template says is what a server of the fleet on one machine is started with. What MySQL
 * 8.4 does by itself is left out, above all that a commit is on the disk before it is answered
 * (`innodb_flush_log_at_trx_commit` and `sync_binlog` are 1), and that the log has whole rows.
 */
const always = {
  // Reading what one has just written, and finding the replica that is furthest when the primary is lost, need GTIDs.
  'gtid-mode': 'ON',
  enforce_gtid_consistency: 'ON',
  // The answer to a write says where it is, so that a read from a replica can wait for it.
  session_track_gtids: 'OWN_GTID',
  // RDS has MIXED as its own default; a replica that repeats a statement can come to other rows than its primary.
  binlog_format: 'ROW',
  // Nobody talks to a server in the clear, whatever a client asks for.
  require_secure_transport: '1',
  // A server that somebody has taken over cannot ask its clients for their files.
  local_infile: '0',
  // Statements slower than a second are written down; CloudWatch gets what is in files.
  slow_query_log: '1',
  long_query_time: '1',
  log_output: 'FILE',
  // It would hold every statement, and what people wrote in it.
  general_log: '0',
} as const;

/**
 * @param maxConnections connections a server holds, 1 to 100,000; undefined leaves them to RDS's formula, by the memory of
 * the server: a number that whoever shares the connections out cannot read from the template
 */
export const toDatabaseParameters = (maxConnections?: number): Record<string, string> => ({
  ...always,
  ...(maxConnections === undefined ? {} : { max_connections: String(maxConnections) }),
});
