const secretWord =
  /((^|[_.-])(pass|pwd|sas|auth)|passw(or)?d|pass_?(phrase|code)|secret|token|(api|access|private|account|signing|encryption|auth)[_-]?key|credentials?)$/i;
const urlWithPassword = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/@:]{0,256}:([^\s/@]{1,1024})@/gi;
const dsnPassword = /\b(?:password|passwd|pwd)\s{0,9}=\s{0,9}('[^']{0,1024}'|[^\s;'&]{1,1024})/gi;
const privateKey = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/;

/** Whether a key's name says that its value is a secret; `password_file` and `token_url` do not. */
export function isSecretName(name: string): boolean {
  return secretWord.test(name);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where secrets stand in clear in a text: a reference such as `${env:NAME}` is none.
 * @param isOption true where `password=…` is a part of how to connect, and not of a condition.
 */
export function secretSpans(text: string, isOption: boolean): readonly Span[] {
  const patterns = isOption ? [urlWithPassword, dsnPassword] : [urlWithPassword];
  const spans = patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match): readonly Span[] => {
      const [all, secret = ""] = match;
      if (/^['"]?\$\{/.test(secret)) return [];
      const start = match.index + all.lastIndexOf(secret);
      return [{ start, end: start + secret.length }];
    }),
  );
  const key = privateKey.exec(text);
  return key === null ? spans : [...spans, { start: key.index, end: text.length }];
}

/** The first of them, or `null`. */
export function secretInText(text: string, isOption: boolean): Span | null {
  return secretSpans(text, isOption)[0] ?? null;
}
