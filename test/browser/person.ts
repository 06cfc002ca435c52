// A person in a browser of their own, which runs no scripts unless it is asked to: does what people do, by what they see.
import type { Browser, BrowserContext, BrowserContextOptions, Page, Response } from 'playwright-core';
import { cloneHeader } from '../../lib/config/names';

export const password = 'correct horse battery staple';

export class Person {
  /** What the browser complained of: blocked by the policy of a page, not loaded, failed. */
  readonly complaints: string[] = [];

  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText;
      // People go on before everything of a page has come.
      if (reason !== 'net::ERR_ABORTED') this.complaints.push(`${request.url()} ${reason}`);
    });
  }

  static async open(browser: Browser, url: string, name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ baseURL: url, javaScriptEnabled: false, ...options });
    context.setDefaultTimeout(15_000);
    return new Person(name, context, await context.newPage());
  }

  async goTo(path: string): Promise<Response> {
    const response = await this.page.goto(path);
    if (!response) throw new Error(`${path}: no answer`);
    return response;
  }

  /** Resolves with the answer to which the link or button led, after any redirects. */
  async press(role: 'button' | 'link', name: string): Promise<Response> {
    const answer = this.page.waitForResponse(
      (response) => response.request().isNavigationRequest() && (response.status() < 300 || response.status() > 399),
    );
    await this.page.getByRole(role, { name, exact: true }).first().click();
    const response = await answer;
    await this.page.waitForLoadState();
    return response;
  }

  async register(): Promise<void> {
    await this.goTo('/register');
    await this.#fill({ Name: this.name, Password: password });
    await this.press('button', 'Register');
  }

  async write(title: string, text: string): Promise<void> {
    await this.press('link', 'Write');
    await this.#fill({ Title: title, Text: text });
    await this.press('button', 'Publish');
  }

  async comment(text: string): Promise<void> {
    await this.#fill({ 'Your comment': text });
    await this.press('button', 'Comment');
  }

  async befriend(name: string): Promise<void> {
    await this.goTo(`/users/${name}`);
    await this.press('button', 'Befriend');
  }

  async sendPicture(file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.goTo('/profile/picture');
    await this.page.getByLabel('Picture', { exact: true }).setInputFiles(file);
    await this.press('button', 'Send');
  }

  async #fill(fields: Record<string, string>): Promise<void> {
    for (const [label, value] of Object.entries(fields)) await this.page.getByLabel(label, { exact: true }).fill(value);
  }
}

export const getClone = (response: Response): string => response.headers()[cloneHeader] ?? '';
