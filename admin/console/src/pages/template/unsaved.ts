import { useEffect } from "react";

/** While something is not saved, who is about to leave the page is asked first. */
export function useUnsaved(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const onLeave = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element).closest?.("a");
      const leaves = link && link.pathname !== location.pathname;
      if (leaves && !confirm("What you changed is not saved. Leave it?")) event.preventDefault();
    };
    addEventListener("beforeunload", onLeave);
    document.addEventListener("click", onClick, true);
    return () => {
      removeEventListener("beforeunload", onLeave);
      document.removeEventListener("click", onClick, true);
    };
  }, [isChanged]);
}
