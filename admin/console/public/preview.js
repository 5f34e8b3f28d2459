// Shows the mail that the console hands over. This document has no origin, and its policy takes no
// script of a mail, no image from anywhere, no form: what it shows can do nothing.
addEventListener("message", (event) => {
  if (event.source !== parent || typeof event.data?.html !== "string") return;
  const mail = new DOMParser().parseFromString(event.data.html, "text/html");
  for (const link of mail.querySelectorAll("a[href], area[href], form")) {
    link.removeAttribute("href");
    link.removeAttribute("action");
  }
  for (const refresh of mail.querySelectorAll("meta[http-equiv], base, script")) refresh.remove();
  document.head.replaceChildren(...mail.head.querySelectorAll("style"));
  document.body.replaceWith(document.adoptNode(mail.body));
  parent.postMessage({ height: document.documentElement.scrollHeight }, "*");
});
parent.postMessage({ ready: true }, "*");
