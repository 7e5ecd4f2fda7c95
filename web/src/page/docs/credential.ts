import { byId } from '../dom.js';
import type { OpenApi } from './document.js';

/** What is asked for is read from its field for each request, and kept nowhere else. */
export function credentialHeader(): Record<string, string> {
  const secret = byId<HTMLInputElement>('credential').value.trim();
  if (!secret) return {};
  return byId<HTMLSelectElement>('scheme').value === 'apiKey'
    ? { 'X-Api-Key': secret }
    : { Authorization: `Bearer ${secret}` };
}

/** Ask for a credential where the service asks for one. */
export function askCredential(document: OpenApi): void {
  const isGuarded = document.components.securitySchemes !== undefined;
  byId('credential-row').hidden = !isGuarded;
  byId('credential-note').textContent = isGuarded
    ? 'Kept in this field only: it is gone when the page is closed or loaded again.'
    : 'This service is open to its own machine, and takes no credential.';
}
