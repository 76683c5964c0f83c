/* A click on a column's head sorts by it, the best first; another click the other way round. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("table.sortable thead button");
  if (!button) return;
  const head = button.closest("th"), body = head.closest("table").querySelector("tbody.sorted");
  const column = [...head.parentNode.children].indexOf(head);
  const first = head.dataset.better === "higher" ? "descending" : "ascending";
  const second = first === "ascending" ? "descending" : "ascending";
  const way = head.getAttribute("aria-sort") === first ? second : first;
  for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", way);
  const sign = way === "ascending" ? 1 : -1;
  const keys = (row) => {
    const data = row.children[column]?.dataset ?? {};
    return "value" in data ? Number(data.value) : "sort" in data ? data.sort : null;
  };
  const compare = (a, b) => {
    const x = keys(a), y = keys(b);
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (typeof x === "number" && typeof y === "number"
      ? x - y : String(x).localeCompare(String(y)));
  };
  body.append(...[...body.children].sort(compare));
});
