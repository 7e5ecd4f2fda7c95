import type { BuyClient, SignAnswer } from '../client/client.js';
import { asError } from '../client/errors.js';
import type { SignRequest } from '../wallet/sign-request.js';
import type { Signer } from '../wallet/signer.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/**
 * Asks a wallet once for each request, and brings its answer to the service, as often as it takes:
 * an answer may be repeated, and a wallet is not to be bothered twice.
 */
export class Signing {
  readonly #client: BuyClient;
  readonly #answers = new Map<string, Promise<SignAnswer>>();
  readonly #sending = new Map<string, Promise<void>>();

  constructor(client: BuyClient) {
    this.#client = client;
  }

  /** Have a request answered; once it is, this does nothing. Throws ExternalBuyError. */
  answer(request: SignRequest, signer: Signer): Promise<void> {
    const { requestId } = request;
    const sending = this.#sending.get(requestId) ?? this.#send(request, signer);
    this.#sending.set(requestId, sending);
    return sending;
  }

  /** The same, again and again while `isAsked` and it may help. Never throws. */
  async persist(request: SignRequest, signer: Signer, isAsked: () => boolean): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; isAsked(); waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      try {
        await this.answer(request, signer);
        return;
      } catch (error) {
        if (!asError(error).mayPass) return;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  async #send(request: SignRequest, signer: Signer): Promise<void> {
    const { requestId, jobId } = request;
    const answer = this.#answers.get(requestId) ?? asked(request, signer);
    this.#answers.set(requestId, answer);
    try {
      await this.#client.answerSignRequest(jobId, await answer);
      this.#answers.delete(requestId);
    } catch (error) {
      this.#sending.delete(requestId); // it may be sent again
      throw error;
    }
  }
}

/** What a wallet will not do, for whatever reason, it refuses. */
async function asked(request: SignRequest, signer: Signer): Promise<SignAnswer> {
  const { requestId } = request;
  const transaction = await signer(request).catch(() => undefined);
  return transaction ? { requestId, transaction } : { requestId, refused: true };
}
