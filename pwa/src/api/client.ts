/** Asks the gateway; every failure is an ApiError with a code and a sentence for people. */
import { language, t } from "../i18n";
import { learnClock } from "../state/server";

/** A document of any of the generated modules. */
export type Document<R, V> = { toString(): string; __apiType?: (variables: V) => R };

const TIMEOUT_MS = 12_000;

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retryable: boolean,
  ) {
    super(message);
  }
}

interface Body<T> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string; retryable?: boolean } }[];
}

/** Posts one document, in somebody's name where there is a token.
 *  Raises ApiError; an abort by the caller comes through as AbortError. */
export async function ask<R, V>(
  document: Document<R, V>,
  variables: V,
  signal?: AbortSignal,
  token?: string,
): Promise<R> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const askedAt = Date.now();
  let answer: Response;
  let body: Body<R>;
  try {
    answer = await fetch("/graphql", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json, application/json;q=0.9",
        "Accept-Language": language.value,
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ query: document.toString(), variables }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    learnClock(answer.headers.get("Date"), askedAt, Date.now());
    body = (await answer.json()) as Body<R>;
  } catch (error) {
    if (signal?.aborted) throw error;
    if (limit.aborted) throw new ApiError("TIMEOUT", t().errors.TIMEOUT, true);
    if (error instanceof SyntaxError) throw new ApiError("SERVER", t().errors.SERVER, true);
    throw new ApiError("OFFLINE", t().errors.OFFLINE, true);
  }
  const first = body.errors?.[0];
  if (first || !body.data) {
    throw new ApiError(
      first?.extensions?.code ?? "SERVER",
      first?.message ?? t().errors.SERVER,
      first?.extensions?.retryable ?? answer.status >= 500,
    );
  }
  return body.data;
}
