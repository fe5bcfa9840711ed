import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsISO8601,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { PAGE_MAX } from '../hosting/machineReader.ts';

const NAME = /^[a-z0-9-]{1,63}$/;
const NAME_MESSAGE = '$property: expected 1 to 63 characters of a-z, 0-9 and "-"';
const COUNT_MAX = 1000;
const LISTEN_SIZE_MAX = 256;
export const NOTE_SIZE_MAX = 64 * 1024 * 1024;
const WAIT_MAX_S = 60;

function IsName(): PropertyDecorator {
  return Matches(NAME, { message: NAME_MESSAGE });
}

function IsFlag(): PropertyDecorator {
  return IsBoolean({ message: '$property: expected true or false' });
}

/** A whole number from one to another, both included; a text of digits is one in a query. */
function IsWhole(least: number, most: number): PropertyDecorator {
  const message = `$property: expected a whole number from ${least} to ${most}`;
  const checks = [IsInt({ message }), Min(least, { message }), Max(most, { message })];
  return (target, property) => checks.forEach((check) => check(target, property));
}

function IsOneOf(values: readonly string[]): PropertyDecorator {
  return IsIn(values, { message: `$property: expected one of ${values.join(', ')}` });
}

/** Makes a machine; with `count`, machines NAME-1 to NAME-count. */
export class CreateMachine {
  @IsName() name!: string;
  @IsOptional() @IsName() account?: string;
  @IsOptional() @IsName() host?: string;
  /** Whether it has a TPM. */
  @IsOptional() @IsFlag() tpm?: boolean;
  @IsOptional() @IsWhole(1, COUNT_MAX) count?: number;
}

/** Names the present point in the life of a machine. */
export class TakeSnapshot {
  @IsName() name!: string;
}

/** Copies a machine, from now or from a snapshot; `hold` stops before re-endorsement. */
export class CloneMachine {
  @IsName() name!: string;
  @IsOptional() @IsName() snapshot?: string;
  @IsOptional() @IsWhole(1, COUNT_MAX) count?: number;
  @IsOptional() @IsFlag() hold?: boolean;
}

/** Goes back to a snapshot. */
export class RollBack {
  @IsName() to!: string;
}

/** Switches the power of a machine. */
export class SwitchPower {
  @IsOneOf(['on', 'off', 'reset']) state!: 'on' | 'off' | 'reset';
}

/** Opens an endpoint for TPM clients. */
export class OpenEndpointRequest {
  @IsOneOf(['swtpm', 'mssim']) protocol!: 'swtpm' | 'mssim';
  @IsString({ message: '$property: expected tcp:HOST:PORT or unix:PATH' })
  @MaxLength(LISTEN_SIZE_MAX, {
    message: `$property: expected at most ${LISTEN_SIZE_MAX} characters`,
  })
  listen!: string;
  @IsOptional() @IsFlag() allowRemote?: boolean;
}

/** Recomputes the histories of one machine or of all, and compares them with signed heads. */
export class VerifyHistories {
  @IsOptional() @IsName() machine?: string;
  @IsOptional()
  @IsString({ message: '$property: expected the text of a file of signed heads' })
  @MaxLength(NOTE_SIZE_MAX, { message: '$property: expected at most 64 MiB' })
  heads?: string;
}

const VERSION_MAX = Number.MAX_SAFE_INTEGER;

/** Which machines: those whose names come after one, so many at most. */
export class MachinesQuery {
  @IsOptional() @IsName() after?: string;
  @IsOptional() @Type(() => Number) @IsWhole(1, PAGE_MAX) limit?: number;
}

/** Which part of a history. */
export class HistoryQuery {
  @IsOptional() @Type(() => Number) @IsWhole(1, VERSION_MAX) from?: number;
  @IsOptional() @Type(() => Number) @IsWhole(1, VERSION_MAX) to?: number;
  @IsOptional()
  @Transform(({ value }: { readonly value: unknown }) => [value].flat())
  @Matches(/^[A-Za-z]{1,64}$/, { each: true, message: '$property: expected types of events' })
  type?: string[];
  @IsOptional() @Type(() => Number) @IsWhole(1, 1000) limit?: number;
  /** Seconds to wait for the first event when there is none yet. */
  @IsOptional() @Type(() => Number) @IsWhole(0, WAIT_MAX_S) wait?: number;
}

/** Which point in time: a version of the history, a time, a snapshot, or now. */
export class StateQuery {
  @IsOptional() @Type(() => Number) @IsWhole(1, VERSION_MAX) at?: number;
  @IsOptional()
  @IsISO8601({ strict: true }, { message: '$property: expected an ISO 8601 time' })
  time?: string;
  @IsOptional() @IsName() snapshot?: string;
}

/** Which two points to compare. */
export class DiffQuery {
  @Type(() => Number) @IsWhole(1, VERSION_MAX) from!: number;
  @Type(() => Number) @IsWhole(1, VERSION_MAX) to!: number;
}

/** Where the events of all streams begin: at the first one, or with the next. */
export class EventsQuery {
  @IsOptional() @IsOneOf(['start', 'now']) from?: 'start' | 'now';
}

/** Endpoints of one machine, or of all. */
export class EndpointsQuery {
  @IsOptional() @IsName() machine?: string;
}
