// Questions are answered one at a time: what was typed under the others is still there when the page comes back.
const KEY = "answers-begun";
const boxes = () => [...document.querySelectorAll("#questions textarea")];

const begun = JSON.parse(window.sessionStorage.getItem(KEY) ?? "{}");
window.sessionStorage.removeItem(KEY);
for (const box of boxes()) if (!box.value && begun[box.id]) box.value = begun[box.id];

for (const form of document.querySelectorAll("#questions form"))
  form.addEventListener("submit", () => {
    const others = boxes().filter((box) => box.form !== form && box.value.trim());
    window.sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(others.map((box) => [box.id, box.value]))));
  });
