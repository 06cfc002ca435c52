// What the machine says of itself, by the metadata service of EC2 (IMDSv2): whether this clone must go.
import { ask } from './ask';

/** Where the service is on every instance; the SDK's own variable names another. */
const defaultEndpoint = 'http://169.254.169.254';
const timeoutMs = 2000;
const tokenSeconds = 21_600;

export class Metadata {
  #token: string | undefined;

  constructor(private readonly endpoint = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT || defaultEndpoint) {}

  /**
   * Why this clone must go; undefined while it may stay.
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
   * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
   */
  async findEnd(): Promise<string | undefined> {
    if ((await this.#find('autoscaling/target-lifecycle-state')) === 'Terminated') return 'its group ends it';
    const notice = await this.#find('spot/instance-action');
    return notice && `EC2 takes it back: ${notice}`;
  }

  /** Undefined when there is no such item. */
  async #find(path: string): Promise<string | undefined> {
    const get = async () =>
      ask(`${this.endpoint}/latest/meta-data/${path}`, {
        timeoutMs,
        headers: { 'x-aws-ec2-metadata-token': await this.#getToken() },
      });
    let answer = await get();
    if (answer.status === 401) {
      this.#token = undefined;
      answer = await get();
    }
    if (answer.status === 404) return undefined;
    if (answer.status === 200) return answer.body.trim();
    throw new Error(`metadata ${path} answers ${answer.status}`);
  }

  async #getToken(): Promise<string> {
    if (this.#token) return this.#token;
    const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': String(tokenSeconds) };
    const { status, body } = await ask(`${this.endpoint}/latest/api/token`, { timeoutMs, method: 'PUT', headers });
    if (status !== 200) throw new Error(`metadata token answers ${status}`);
    this.#token = body;
    return body;
  }
}
