/** An action as its command line and as its HTTP request. Pure. */

/** A word for a POSIX shell: quoted when it has to be. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function cliLine(words: readonly string[]): string {
  return ["warmfront", ...words].map(shellWord).join(" ");
}

/** With the variables of the command line, so that no secret is on the screen. */
export function curlLines(method: string, path: string, body?: unknown, file?: string): string {
  const lines = [
    `curl -X ${method} "$WARMFRONT_SERVER"${shellWord(path)}`,
    `  -H "Authorization: Bearer $WARMFRONT_KEY"`,
  ];
  if (body !== undefined) {
    lines.push(`  -H "Content-Type: application/json"`);
    lines.push(`  -d ${shellWord(JSON.stringify(body))}`);
  }
  if (file !== undefined) {
    lines.push(`  -H "Content-Type: text/csv"`);
    lines.push(`  --data-binary ${shellWord(`@${file}`)}`);
  }
  return lines.join(" \\\n");
}
