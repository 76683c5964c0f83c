/* A link to a player plays it, or stops it, where it is clicked. Without this it leads there. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-plays]");
  const sound = link && document.getElementById(link.dataset.plays);
  if (!sound) return;
  event.preventDefault();
  if (!sound.paused) { sound.pause(); return; }
  sound.currentTime = 0;
  sound.play().catch((error) => {
    if (error.name !== "AbortError") throw error;  /* that is: stopped before it began */
  });
  for (const other of document.querySelectorAll("a.heard")) other.classList.remove("heard");
  link.classList.add("heard");
});
