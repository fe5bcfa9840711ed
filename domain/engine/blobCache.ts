/**
 * A durable but disposable map: what it holds can be made again, so it may lose everything at any
 * time; what it gives is what was put. Keys are short texts. Calls take effect in their order, and
 * octets are copied. Never throws: a put that fails is forgotten, and a closed cache is empty.
 */
export interface BlobCache {
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, octets: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}
