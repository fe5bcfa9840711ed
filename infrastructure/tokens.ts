import type { InjectionToken } from 'tsyringe';
import type { Logger } from 'pino';
import type { ProjectionRun } from '../projections/run.ts';
import type { Engine } from './engine.ts';
import type { Tally } from './hosting/machinePort.ts';
import type { NotingStore } from './hosting/notingStore.ts';
import type { Views } from './store/views/views.ts';

/** What composition.ts hands to the constructors that ask for it. */
export const ENGINE: InjectionToken<Engine> = Symbol('Engine');
export const STORE: InjectionToken<NotingStore> = Symbol('NotingStore');
export const PROJECTIONS: InjectionToken<ProjectionRun> = Symbol('ProjectionRun');
export const VIEWS: InjectionToken<Views> = Symbol('Views');
export const LOG: InjectionToken<Logger> = Symbol('Logger');
export const TALLY: InjectionToken<Tally> = Symbol('Tally');
