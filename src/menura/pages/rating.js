/* The screens, one after the other: welcome, a trial at a time, thanks. */
const $ = (id) => document.getElementById(id);
const me = rater();
let told = null;       /* what the server says of the test: tasks, trials, answered */
let done = new Set();  /* trials whose answers are given, acknowledged or not */
let now = -1;
let shown_ms = 0;
const ready = new Map();  /* trial → its sounds, loaded ahead */

unsent.changed = (n, away, another) => {
  const many = n === 1 ? "answer is" : `${n} answers are`;
  const [why, until] = another ? ["Another test is served here now.", "this one"]
    : ["The server cannot be reached.", "it"];
  $("news").textContent = away && n
    ? `${why} Your last ${many} kept here and sent as soon as ${until} is back.` : "";
  if (!$("end").hidden) end();
};
unsent.lost = () => location.reload();  /* to be asked again what the server lacks */

async function come(wait_ms) {
  try {
    const {status, said} = await post("api/raters", {rater: me, test: memory.test});
    if ([403, 412].includes(status) && said.saved === false) {
      $("news").textContent = said.reason;
      return;
    }
    if (status !== 200) throw new Error(`the server says ${status}`);
    told = said;
  } catch {
    $("news").textContent = "The server cannot be reached; trying again.";
    setTimeout(() => come(Math.min(2 * wait_ms, 15000)), wait_ms);
    return;
  }
  $("news").textContent = "";
  const mine = unsent.all().filter((one) => one.rater === me).map((one) => one.trial);
  done = new Set([...told.answered, ...mine]);
  unsent.send();
  if (done.size) { go(); return; }
  load(0);
  $("begin").disabled = false;
  $("begin").focus();
}

function show(screen) {
  for (const one of ["welcome", "trial", "end"]) $(one).hidden = one !== screen;
}

function go() {
  Sound.stopAll(null);
  Sound.shown = [];
  for (const sound of ready.get(now) || []) sound.release();
  ready.delete(now);
  now = told.trials.findIndex((_, trial) => !done.has(trial));
  if (now < 0) end(); else trial();
}

function load(number) {
  const kind = told.trials[number];
  if (!kind) return [];
  if (!ready.has(number)) {
    ready.set(number, told.tasks[kind].sounds.map(
      (title, place) => new Sound(title, `sound/${me}/${number}/${place}`, check)));
  }
  return ready.get(number);
}

function trial() {
  const task = told.tasks[told.trials[now]];
  show("trial");
  $("bar").max = told.trials.length;
  $("bar").value = done.size;
  $("count").textContent = `${done.size + 1} of ${told.trials.length}`;
  Sound.shown = load(now);
  Sound.last = null;
  $("sounds").replaceChildren(...Sound.shown.map((sound) => sound.element()));
  $("answers").replaceChildren(...task.questions.map(asked));
  check();
  shown_ms = performance.now();
  scrollTo(0, 0);
  $("sounds").firstElementChild.focus({preventScroll: true});
  load(now + 1);
}

/* One question: its options as large buttons in a row, with what the ends mean below. */
function asked(question) {
  const group = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = question.text;
  const row = document.createElement("div");
  const n = question.options.length;
  row.className = `options of-${n}`;
  question.options.forEach((words, place) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, {type: "radio", name: question.name, value: place + 1});
    const meaning = place === 0 ? question.lowest : place === n - 1 ? question.highest : "";
    if (meaning) input.setAttribute("aria-label", `${words}: ${meaning}`);
    const face = document.createElement("span");
    face.textContent = words;
    label.append(input, face);
    row.append(label);
  });
  group.append(legend, row);
  if (question.lowest) {
    const ends = document.createElement("p");
    ends.className = "ends soft";
    ends.setAttribute("aria-hidden", "true");
    for (const words of [`1: ${question.lowest}`, `${n}: ${question.highest}`]) {
      const end = document.createElement("span");
      end.textContent = words;
      ends.append(end);
    }
    group.append(ends);
  }
  return group;
}

function given() {
  const values = {};
  for (const input of $("answers").querySelectorAll("input:checked")) {
    values[input.name] = Number(input.value);
  }
  return values;
}

/* What is open now: answers once all is heard, going on once all is answered. */
function check() {
  if (now < 0) return;
  const heard = Sound.shown.every((sound) => sound.heard);
  const n = Sound.shown.length;
  const asks = told.tasks[told.trials[now]].questions.length;
  $("answers").disabled = !heard;
  $("first").hidden = heard;
  $("first").textContent = n === 1 ? "Listen first: then you can answer."
    : `Listen to ${n === 2 ? "both" : `all ${n}`} sounds first: then you can answer.`;
  $("next").disabled = !heard || Object.keys(given()).length < asks;
}

function end() {
  show("end");
  const n = unsent.all().length;
  $("saved").textContent = n
    ? `Your last ${n === 1 ? "answer is" : `${n} answers are`} being saved: keep this page open.`
    : "All your answers are saved. You may close this page.";
  $("another").hidden = n > 0;
}

$("begin").addEventListener("click", go);
$("answers").addEventListener("change", check);
$("questions").addEventListener("submit", (event) => {
  event.preventDefault();
  if ($("next").disabled) return;
  const took_ms = Math.round(performance.now() - shown_ms);
  const plays = Sound.shown.reduce((sum, sound) => sum + (sound.plays || 0), 0);
  done.add(now);
  unsent.add({rater: me, trial: now, values: given(), took_ms, plays});
  go();
});
$("another").addEventListener("click", () => {
  memory.forget("rater");
  location.reload();
});

function choose(place) {
  const groups = [...$("answers").querySelectorAll("fieldset")];
  const open = groups.find((group) => !group.querySelector("input:checked"))
    || document.activeElement.closest("fieldset fieldset") || groups.at(-1);
  const input = open.querySelectorAll("input")[place];
  if (!input || $("answers").disabled) return;
  input.checked = true;
  input.focus();
  check();
}

document.addEventListener("keydown", (event) => {
  if ($("trial").hidden || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const onButton = event.target.closest("button");
  const onOption = event.target.closest("input:not(:checked)");  /* which space chooses */
  if (event.key === " " && !onButton && !onOption) {
    event.preventDefault();
    const all = Sound.shown;
    const turn = all[(all.indexOf(Sound.last) + 1) % all.length];
    (all.find((sound) => sound.playing) || all.find((sound) => !sound.heard) || turn).toggle();
  } else if (event.key === "Enter" && !onButton) {
    event.preventDefault();
    $("questions").requestSubmit();
  } else if (/^[1-5]$/.test(event.key)) {
    choose(Number(event.key) - 1);
  } else if (/^[ab]$/i.test(event.key)) {
    const two = $("answers").querySelector(".of-2");
    if (two) choose(event.key.toLowerCase() === "a" ? 0 : 1);
  }
});

come(1000);
