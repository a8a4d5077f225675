// A / A+ / A++: the choice is kept in a cookie, so that the next page arrives in the right size.
const YEAR = 365 * 24 * 3600;
const buttons = document.querySelectorAll("[data-size-to]");

for (const button of buttons) {
  button.addEventListener("click", () => {
    const size = button.dataset.sizeTo;
    document.documentElement.dataset.size = size;
    document.cookie = `size=${size}; path=/; max-age=${YEAR}; SameSite=Lax`;
    for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
  });
}
