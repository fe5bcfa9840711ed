/**
 * A durable but disposable map: what it holds can be made again, so it may lose everything at any
 * time. Keys are short texts. Never throws for lack of room: a put that fails is forgotten.
 */
export interface BlobCache {
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, octets: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}
