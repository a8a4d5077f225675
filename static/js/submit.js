// A form is posted once: its buttons rest and say 处理中… until the next page comes. data-resend exempts a form whose
// answer is a download. The buttons rest only after the browser has gathered the form, so none of its values is lost.
const BUSY = "处理中…";
const AGAIN_MS = 30000;

const say = (button, words) => {
  if (button.tagName === "INPUT") button.value = words;
  else button.textContent = words;
};

function rest(form, pressed) {
  const buttons = [...form.elements].filter((one) => one.type === "submit");
  const before = buttons.map((one) => (one.tagName === "INPUT" ? one.value : [...one.childNodes]));
  buttons.forEach((one) => (one.disabled = true));
  if (pressed) say(pressed, BUSY);
  return () => {
    delete form.dataset.sent;
    buttons.forEach((one, index) => {
      one.disabled = false;
      if (one !== pressed) return;
      if (one.tagName === "INPUT") one.value = before[index];
      else one.replaceChildren(...before[index]);
    });
  };
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "resend" in form.dataset) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => {
    const wake = rest(form, event.submitter);
    const timer = setTimeout(wake, AGAIN_MS);
    window.addEventListener(
      "pageshow",
      () => {
        clearTimeout(timer);
        wake();
      },
      { once: true },
    );
  });
});

// After a refusal the error summary is where reading goes on.
const summary = document.querySelector(".error-summary");
if (summary) summary.focus();
