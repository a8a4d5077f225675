// [data-back] leads back to the page before, which the server sends afresh. Hidden where there is none.
for (const button of document.querySelectorAll("[data-back]")) {
  button.hidden = history.length < 2;
  button.addEventListener("click", () => history.back());
}
