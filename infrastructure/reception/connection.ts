import type { Socket } from 'node:net';
import { adoptSocket } from './adoptSocket.ts';
import { DRAIN_SIZE_MAX, RequestReader } from './framing.ts';
import type { Conversation, Farewell, ReceptionLog, Reply } from './conversation.ts';

/** Octets of further requests that are read while one is in flight; then reading stops. */
const BACKLOG_SIZE_MAX = 16 * 1024;

/** How long a client may take to close its side after the last answer. */
const LINGER_MS = 500;

/**
 * One client being served. One request is in flight at a time and each answer is one write; a
 * synchronous answer is written in the same turn in which its request arrived.
 */
export class Connection {
  /** Resolves when the socket is closed and nothing is in flight any more. */
  readonly settled: Promise<void>;

  readonly #socket: Socket;
  readonly #conversation: Conversation;
  readonly #reader: RequestReader;
  readonly #log: ReceptionLog | undefined;
  #settle: () => void = () => undefined;
  #afterwards: (() => void) | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #isInFlight = false;
  #isStalled = false;
  #isPaused = false;
  #isLeaving = false;
  #isGone = false;
  /** The client has sent all it will send; it may still be reading. */
  #isHalfClosed = false;

  constructor(accepted: Socket, conversation: Conversation, log?: ReceptionLog) {
    this.#conversation = conversation;
    this.#log = log;
    this.#reader = new RequestReader((octets) => conversation.measure(octets));
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#socket = adoptSocket(accepted, (octets) => this.#receive(octets));
    this.#socket.on('error', (error) => log?.debug({ error }, 'a TPM client went away'));
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('drain', () => this.#drained());
    this.#socket.on('close', () => this.#closed());
  }

  /** Calls back as soon as the socket is closed, be a command of its still in flight or not. */
  onClose(listener: () => void): void {
    this.#socket.once('close', listener);
  }

  /** Finishes what is in flight and closes. */
  leave(): Promise<void> {
    if (!this.#isLeaving && !this.#isGone) {
      this.#isLeaving = true;
      if (!this.#isInFlight) this.#hangUp();
    }
    return this.settled;
  }

  #receive(chunk: Uint8Array): void {
    if (this.#isLeaving) return;
    this.#reader.push(chunk);
    if (!this.#isInFlight && !this.#isStalled) this.#serve();
    this.#reader.keep();
    if (this.#reader.pending.length > BACKLOG_SIZE_MAX && (this.#isInFlight || this.#isStalled)) {
      this.#isPaused = true;
      this.#socket.pause();
    }
  }

  /** Answers all requests in hand, until one takes its time. */
  #serve(): void {
    while (!this.#isInFlight && !this.#isStalled && !this.#isLeaving) {
      const request = this.#reader.next();
      if (request === undefined) {
        this.#rest();
        return;
      }
      this.#clearDeadline();
      this.#begin(request);
    }
  }

  #begin(request: Uint8Array): void {
    try {
      const reply = this.#reader.isCut
        ? this.#refuse(request, this.#reader.cutSize)
        : this.#conversation.answer(request);
      if (reply instanceof Uint8Array) this.#send(reply);
      else if (reply instanceof Promise) this.#await(reply);
      else this.#part(reply);
    } catch (error) {
      this.#fail(error);
    }
  }

  #refuse(head: Uint8Array, size: number): Reply | Promise<Reply> {
    const reply = this.#conversation.refuse(head, size);
    return size > DRAIN_SIZE_MAX && reply instanceof Uint8Array ? { last: reply } : reply;
  }

  #await(reply: Promise<Reply>): void {
    this.#isInFlight = true;
    reply.then(
      (settled) => this.#finish(settled),
      (error: unknown) => this.#fail(error),
    );
  }

  #finish(reply: Reply): void {
    this.#isInFlight = false;
    if (this.#isGone) {
      if (!(reply instanceof Uint8Array)) reply.afterwards?.();
      this.#settle();
      return;
    }
    if (!(reply instanceof Uint8Array)) this.#part(reply);
    else if (this.#isLeaving) this.#part({ last: reply });
    else this.#send(reply);
    if (this.#isLeaving) return;
    this.#serve();
    this.#readAgain();
  }

  /** No port rejects and no conversation throws: what arrives here is a mistake in one. */
  #fail(error: unknown): void {
    this.#isInFlight = false;
    this.#log?.error({ error }, 'a TPM request ended in an error and its client was dropped');
    if (this.#isGone) this.#settle();
    this.#socket.destroy();
  }

  #send(reply: Uint8Array): void {
    if (reply.length === 0 || this.#socket.write(reply)) return;
    this.#isStalled = true;
    this.#setDeadline(this.#conversation.patienceMs);
  }

  /** Nothing is left to do but to wait for the client. */
  #rest(): void {
    if (this.#isHalfClosed) {
      this.#isLeaving = true;
      this.#hangUp();
      return;
    }
    if (!this.#reader.isPartial || this.#conversation.isRest?.(this.#reader.pending) === true) {
      this.#clearDeadline();
    } else if (this.#deadline === undefined) {
      this.#setDeadline(this.#conversation.patienceMs);
    }
  }

  #ended(): void {
    this.#isHalfClosed = true;
    if (this.#isInFlight || this.#isStalled || this.#isLeaving) return;
    this.#isLeaving = true;
    this.#hangUp();
  }

  #drained(): void {
    this.#isStalled = false;
    this.#clearDeadline();
    if (this.#isLeaving || this.#isInFlight) return;
    this.#serve();
    this.#readAgain();
  }

  #readAgain(): void {
    if (!this.#isPaused || this.#isInFlight || this.#isStalled) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** Says the last word and waits for the client to close, so that it is not lost in a reset. */
  #part({ last, afterwards }: Farewell): void {
    this.#isLeaving = true;
    this.#afterwards = afterwards;
    this.#setDeadline(LINGER_MS);
    this.#socket.end(last);
    this.#socket.once('finish', () => this.#afterwardsOnce());
    this.#socket.resume();
  }

  #hangUp(): void {
    if (this.#socket.writableLength === 0) {
      this.#socket.destroy();
      return;
    }
    this.#setDeadline(LINGER_MS);
    this.#socket.destroySoon();
  }

  #closed(): void {
    this.#isGone = true;
    this.#isLeaving = true;
    this.#clearDeadline();
    this.#afterwardsOnce();
    if (!this.#isInFlight) this.#settle();
  }

  #afterwardsOnce(): void {
    const afterwards = this.#afterwards;
    this.#afterwards = undefined;
    afterwards?.();
  }

  #setDeadline(afterMs: number): void {
    this.#clearDeadline();
    this.#deadline = setTimeout(() => {
      this.#log?.debug({ afterMs }, 'a TPM client was dropped: it left something unfinished');
      this.#socket.destroy();
    }, afterMs);
    this.#deadline.unref();
  }

  #clearDeadline(): void {
    if (this.#deadline === undefined) return;
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }
}
