/* Wide tables show one group of their columns, as the buttons above say; without this, all. */
for (const bar of document.querySelectorAll(".choose")) {
  const table = bar.nextElementSibling.querySelector("table");
  const groups = [...table.tHead.rows[0].cells].map((head) => head.dataset.group ?? "");
  const choose = (wanted) => {
    const shown = groups.map((group) => !group || !wanted || group === wanted);
    for (const button of bar.children) {
      button.setAttribute("aria-pressed", button.dataset.group === wanted);
    }
    for (const row of table.rows) {
      if (row.cells.length === groups.length) {
        groups.forEach((_, column) => { row.cells[column].hidden = !shown[column]; });
      } else {  /* words over all cells but the first */
        row.cells[1].colSpan = Math.max(1, shown.filter(Boolean).length - 1);
      }
    }
  };
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) { choose(button.dataset.group); fit(); }
  });
  choose(bar.firstElementChild.dataset.group);
}
/* A table that is no wider than its place need not scroll there: its heads then stay in sight. Where
   the window has more room than the text takes, a wider one gets it. */
function fit() {
  for (const place of document.querySelectorAll(".table")) {
    place.classList.remove("fits", "wide");
    const fits = () => place.scrollWidth <= place.clientWidth;
    if (!fits()) place.classList.add("wide");
    place.classList.toggle("fits", fits());
  }
}
addEventListener("resize", fit);
fit();
