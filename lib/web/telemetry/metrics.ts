// Figures of this clone for Prometheus: counted from the moment its library is there, which is before the clone is ready.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Counter, Histogram, Registry } from 'prom-client';
import type { ReadOutcome } from '../cache/cache-aside';

/** What is told of by itself; that the primary is away is in the answers, as 503. */
export type Backend = 'sessions' | 'objects' | 'replica';

interface Answered {
  method: string;
  /** Its pattern, as `/articles/:id`. */
  route: string;
  status: number;
  seconds: number;
}

interface Figures {
  registry: Registry;
  duration: Histogram;
  reads: Counter;
  failures: Counter;
}

/** Seconds: from an answer of the cache to the deadline of a request. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class Metrics {
  #figures: Figures | undefined;

  /** @param labels of every figure */
  constructor(private readonly labels: Readonly<Record<string, string>>) {}

  /** Tens of milliseconds: once the clone listens. */
  load(): void {
    this.#figures ??= createFigures(this.labels);
  }

  answered({ method, route, status, seconds }: Answered): void {
    this.#figures?.duration.observe({ method, route, status }, seconds);
  }

  read(outcome: ReadOutcome): void {
    this.#figures?.reads.inc({ outcome });
  }

  failed(backend: Backend): void {
    this.#figures?.failures.inc({ backend });
  }

  /** Undefined while there are none yet. */
  async toText(): Promise<{ contentType: string; text: string } | undefined> {
    const registry = this.#figures?.registry;
    return registry && { contentType: registry.contentType, text: await registry.metrics() };
  }
}

function createFigures(labels: Readonly<Record<string, string>>): Figures {
  const { Counter, Gauge, Histogram, Registry } = require('prom-client') as typeof import('prom-client');
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  const registers = [registry];
  const gauge = (name: string, help: string, get: () => number): void => {
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(get());
      },
    });
  };
  // The library's own figures of a process are read from files that a clone may not read.
  gauge('process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_used_bytes', 'Memory of what the program holds.', () => process.memoryUsage().heapUsed);
  gauge('process_cpu_seconds', 'Processor time since the start.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge('process_start_time_seconds', 'When it started, Unix time.', () => Date.now() / 1_000 - process.uptime());
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  gauge('nodejs_eventloop_delay_p99_seconds', 'How late timers were, 99th percentile since the last look.', () => {
    const seconds = delay.percentile(99) / 1e9;
    delay.reset();
    return seconds;
  });
  return {
    registry,
    duration: new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Answers, by what was asked and how it ended.',
      ...{ labelNames: ['method', 'route', 'status'], buckets, registers },
    }),
    reads: new Counter({
      name: 'cached_reads_total',
      help: 'Reads of what is cached: fresh, aging, stale or kept from the cache; rebuilt or alone from the database.',
      ...{ labelNames: ['outcome'], registers },
    }),
    failures: new Counter({
      name: 'backend_failures_total',
      help: 'Connections to caches that failed, commands to the objects cache that did, and replicas that did not answer.',
      ...{ labelNames: ['backend'], registers },
    }),
  };
}
