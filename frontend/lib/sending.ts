/** JSON to the server, and what came of it. */
export interface Refusal { code: string; message: string }
export type Answer<T> = { what: 'taken'; body: T } | { what: 'later' } | ({ what: 'refused' } & Refusal);

/** `later`: no connection, the server is down, or the session ended; `refused`: it will never be taken as it is. */
export async function sendJson<T>(url: string, csrf: string, body: unknown): Promise<Answer<T>> {
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST', credentials: 'same-origin', body: JSON.stringify(body), signal: AbortSignal.timeout(60_000),
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrf, Accept: 'application/json' },
    });
  } catch {
    return { what: 'later' };
  }
  if (answer.ok && !answer.redirected) return { what: 'taken', body: (await answer.json()) as T };
  if (answer.status >= 500 || answer.redirected) return { what: 'later' };
  const problem = (await answer.json().catch(() => ({}))) as Partial<Refusal>;
  return { what: 'refused', code: problem.code ?? '', message: problem.message ?? String(answer.status) };
}
