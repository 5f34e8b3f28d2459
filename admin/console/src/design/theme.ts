import { useEffect, useState } from "react";

export type Theme = "system" | "light" | "dark";

const STORED = "warmfront.theme";

function chosen(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** Light or dark, as the system has it or as chosen here. Plots draw anew when it changes. */
export function setTheme(theme: Theme): void {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(STORED);
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(STORED, theme);
  }
  dispatchEvent(new Event("warmfront:theme"));
}

/** What was chosen, and a number that changes whenever colours do. */
export function useTheme(): { theme: Theme; version: number } {
  const [state, setState] = useState({ theme: chosen(), version: 0 });
  useEffect(() => {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const update = () => setState((old) => ({ theme: chosen(), version: old.version + 1 }));
    addEventListener("warmfront:theme", update);
    system.addEventListener("change", update);
    return () => {
      removeEventListener("warmfront:theme", update);
      system.removeEventListener("change", update);
    };
  }, []);
  return state;
}
