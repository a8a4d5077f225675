// The reason: what is meant by it (return or question), one's own phrases as numbered chips while it is written.
import { form, reason } from "./page.js";

const MOST = 8;
const WORDS = {
  return: "退回理由：哪里不对，应当怎么改（回车退回）",
  question: "疑问：要单位说明什么（回车提出）",
};
let meant = "return";
const chips = document.createElement("ul");
chips.className = "chips bench-phrases";
chips.hidden = true;
chips.setAttribute("aria-label", "用过的理由，按数字选用");

const phrases = () => [...document.querySelectorAll("#phrases option")].map((option) => option.value).slice(0, MOST);

export const decision = () => meant;

/** Begin to write; `what` it is for. What was written before stays, to be gone on with or written over. */
export function write(what) {
  meant = what;
  reason.placeholder = WORDS[what];
  for (const button of form.querySelectorAll("[data-mark]")) button.classList.toggle("is-meant", button.dataset.mark === what);
  reason.focus();
  reason.select();
}

export function remember(words) {
  const known = document.getElementById("phrases");
  for (const option of [...known.options]) if (option.value === words) option.remove();
  const option = document.createElement("option");
  option.value = words;
  known.prepend(option);
}

function take(words) {
  reason.value = words;
  reason.focus();
}

function offer() {
  const told = phrases();
  chips.replaceChildren(
    ...told.map((words, at) => {
      const holder = document.createElement("li");
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      const key = document.createElement("kbd");
      key.textContent = String(at + 1);
      const text = document.createElement("span");
      text.textContent = words;
      chip.append(key, text);
      chip.addEventListener("click", () => take(words));
      holder.append(chip);
      return holder;
    }),
  );
  chips.hidden = told.length === 0;
}

if (reason) {
  reason.removeAttribute("list"); // the chips say the same, and the keys 1 to 8 take them
  form.append(chips);
  reason.addEventListener("focus", offer);
  form.addEventListener("focusout", (event) => {
    if (form.contains(event.relatedTarget)) return;
    chips.hidden = true;
    for (const button of form.querySelectorAll(".is-meant")) button.classList.remove("is-meant");
  });
  reason.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const told = phrases();
    if (/^[1-8]$/.test(event.key) && !reason.value && told[Number(event.key) - 1]) {
      event.preventDefault();
      take(told[Number(event.key) - 1]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      reason.blur();
    }
  });
}
