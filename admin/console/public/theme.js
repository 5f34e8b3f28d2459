// Before the first paint: who chose light or dark does not see the other one flash.
(function () {
  const chosen = localStorage.getItem("warmfront.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
