import { navigate, usePathname, useSearch } from "wouter/use-browser-location";
import { changed } from "../rules/url_state";

type Changes = Record<string, string | undefined>;

/**
 * The query string as state: what it says, an address with some of it changed (for links), and a
 * way to go there (for fields, without an entry in the history).
 */
export function useSearchState(): [
  URLSearchParams,
  (changes: Changes) => string,
  (changes: Changes) => void,
] {
  const path = usePathname();
  const search = useSearch();
  const hrefWith = (changes: Changes) => {
    const query = changed(search, changes);
    return query ? `${path}?${query}` : path;
  };
  const go = (changes: Changes) => navigate(hrefWith(changes), { replace: true });
  return [new URLSearchParams(search), hrefWith, go];
}

/** What a page is about: the second part of its path. wouter's own parameters keep some escapes. */
export function usePathPart(): string {
  const text = usePathname().split("/")[2] ?? "";
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
