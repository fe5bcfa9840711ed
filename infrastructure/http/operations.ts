import { EventsQuery } from './requests.ts';
import type { RequestClass } from './validation.ts';

/** What is read of an engine besides its table of routes: each in a form of its own. */
export type Operation = {
  readonly path: string;
  readonly summary: string;
  readonly mediaType: string;
  readonly query?: RequestClass<object>;
};

export const OPERATIONS = {
  events: {
    path: '/v1/events',
    summary: 'All events of all streams as they happen; Last-Event-ID resumes',
    mediaType: 'text/event-stream',
    query: EventsQuery,
  },
  document: {
    path: '/v1/openapi.json',
    summary: 'This document',
    mediaType: 'application/json',
  },
  health: { path: '/healthz', summary: 'Whether it lives', mediaType: 'application/json' },
  readiness: {
    path: '/readyz',
    summary: 'Whether its store answers',
    mediaType: 'application/json',
  },
  metrics: { path: '/metrics', summary: 'Metrics for Prometheus', mediaType: 'text/plain' },
} as const satisfies Readonly<Record<string, Operation>>;
