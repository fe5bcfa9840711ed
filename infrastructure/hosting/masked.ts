/** Credentials in a URL, as connection strings have them. */
const CREDENTIALS = /(\w:\/\/)[^\s/]+@/g;

/** The text without the credentials of its URLs. */
export function masked(text: string): string {
  return text.replace(CREDENTIALS, '$1***@');
}
