// A form or button with data-confirm="作废第 2 版（312 行）？" asks first. The sentence names the thing and the count;
// data-confirm-detail says what follows, data-confirm-verb names the button. hx-confirm asks the same way.
let accepted = null;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function ask(question, detail, verb) {
  const yes = element("button", { type: "button", class: "btn btn-danger is-solid" }, verb);
  const no = element("button", { type: "button", class: "btn btn-secondary" }, "取消");
  const title = element("h2", { id: "ask-title" }, question);
  const body = element("div", { class: "ask-body" }, title);
  if (detail) body.append(element("p", { id: "ask-detail" }, detail));
  const dialog = element("dialog", { class: "ask", "aria-labelledby": "ask-title" }, body);
  if (detail) dialog.setAttribute("aria-describedby", "ask-detail");
  dialog.append(element("div", { class: "ask-acts" }, no, yes));
  document.body.append(dialog);
  const before = document.activeElement;
  return new Promise((resolve) => {
    yes.addEventListener("click", () => dialog.close("yes"));
    no.addEventListener("click", () => dialog.close("no"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before && before.focus) before.focus();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
    no.focus();
  });
}

// In the capture phase, before the double-submit guard and htmx see the event.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const button = event.submitter;
    const source = button && button.dataset.confirm ? button : form;
    if (!source.dataset.confirm) return;
    if (accepted === form) {
      accepted = null;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(source.dataset.confirm, source.dataset.confirmDetail, source.dataset.confirmVerb || "确定").then((yes) => {
      if (!yes) return;
      accepted = form;
      form.requestSubmit(button || undefined);
      accepted = null;
    });
  },
  true,
);

document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question, "", event.detail.elt.dataset.confirmVerb || "确定").then((yes) => {
    if (yes) event.detail.issueRequest(true);
  });
});
