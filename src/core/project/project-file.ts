/** One file of a project's folder, as a value. */
export interface ProjectFile {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

export type ProjectFileKind =
  | "settings"
  | "connection"
  | "model"
  | "rules"
  | "template"
  | "contract"
  | "scenario";

/** What a project's file holds by its path, or `null` when it is none of them. */
export function projectFileKind(path: string): ProjectFileKind | null {
  if (path === "sluice.yaml") return "settings";
  if (/^connections\/[^/]+\.yaml$/.test(path)) return "connection";
  if (/^rules\/[^/]+\.yaml$/.test(path)) return "rules";
  if (/^contracts\/[^/]+\.yaml$/.test(path)) return "contract";
  if (/^templates\/[^/]+\.yaml$/.test(path)) return "template";
  if (/^scenarios\/[^/]+\.yaml$/.test(path)) return "scenario";
  return /^models\/.+\.sql$/.test(path) ? "model" : null;
}
