/** What the node said was wrong (RFC 9457), or that it did not answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    /** The input field at fault, as the API names it. */
    readonly field = "",
    /** What to try. */
    readonly remedy = "",
  ) {
    super(detail);
  }

  get isSignedOut(): boolean {
    return this.status === 401;
  }
}

interface ProblemDocument {
  status?: number;
  code?: string;
  detail?: string;
  title?: string;
  field?: string;
  remedy?: string;
}

/** The problem that an answer is about; an answer of something else gets a text of its own. */
export function problemOf(status: number, body: unknown): Problem {
  const said = (typeof body === "object" && body !== null ? body : {}) as ProblemDocument;
  return new Problem(
    status,
    said.code ?? "unknown",
    said.detail ?? said.title ?? `The node answered ${status}.`,
    said.field,
    said.remedy,
  );
}

/** Any failure as a problem: a connection that cannot be made is one, too. */
export function asProblem(failure: unknown): Problem {
  if (failure instanceof Problem) return failure;
  return new Problem(
    0,
    "unreachable",
    "The node does not answer.",
    "",
    "see whether warmfrontd runs, and that this machine reaches it",
  );
}
