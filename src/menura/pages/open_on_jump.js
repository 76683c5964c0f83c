/* A link to what is folded opens it. Without this the page leads there, and a click opens it. */
const unfold = (hash) => {
  const place = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
  if (place instanceof HTMLDetailsElement) place.open = true;
};
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link) unfold(link.hash);
});
unfold(location.hash);
