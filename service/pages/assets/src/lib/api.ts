// Asking the service's API from a page, as whoever is signed in.

export interface Slot {
  start: string;
  end: string;
  venue: string;
}

/** An answer that isn't 2xx: what its problem document says. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
  }
}

/** Ask, and read the answer's JSON. */
export async function ask<Answer>(
  method: "GET" | "POST" | "PATCH",
  path: string,
  body?: unknown,
  more: { signal?: AbortSignal; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  const init: RequestInit = {
    method,
    credentials: "same-origin",
    headers: { Accept: "application/json", "X-CSRF-Token": token, ...more.headers },
  };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, "Content-Type": "application/json" };
  }
  if (more.signal) init.signal = more.signal;
  const answer = await fetch(path, init);
  const told: unknown = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  if (answer.ok) return told as Answer;
  const problem = told as { title?: string; detail?: string };
  throw new ProblemError(answer.status, problem.title ?? "The service didn’t answer", problem.detail ?? "");
}
