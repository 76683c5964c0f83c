/* The sounds of a trial: one plays at a time, and each says when it has been heard. */
const HEAR_S = 10;  /* of a longer sound; a shorter one is heard to its end */

class Sound {
  constructor(title, address, heard) {
    this.title = title;
    this.heard = false;
    this.tell = heard;
    this.audio = new Audio();
    this.audio.preload = "auto";
    this.audio.src = address;
    this.listen = (event) => this.show(event.type);
    for (const name of Sound.EVENTS) this.audio.addEventListener(name, this.listen);
  }
  /* Browsers hold few sounds at once, and what they have decoded. */
  release() {
    for (const name of Sound.EVENTS) this.audio.removeEventListener(name, this.listen);
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
  }
  element() {
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "play";
    this.button.append(document.createElement("i"));
    this.words = document.createElement("span");
    this.state = document.createElement("small");
    this.words.append(this.title, this.state);
    this.button.append(this.words);
    this.button.addEventListener("click", () => this.toggle());
    this.show("");
    return this.button;
  }
  get playing() { return !this.audio.paused && !this.audio.ended; }
  toggle() {
    if (this.playing) { this.audio.pause(); return; }
    if (this.audio.error) this.audio.load();
    if (this.audio.ended) this.audio.currentTime = 0;
    Sound.stopAll(this);
    Sound.last = this;
    this.audio.play().catch(() => this.show("refused"));  /* an error has its own event */
  }
  stop() { this.audio.pause(); }
  show(what) {
    const {currentTime, duration} = this.audio;
    const needed = Math.min(HEAR_S, duration) - 0.25;
    if (!this.heard && (what === "ended" || currentTime >= needed)) {
      this.heard = true;
      this.tell();
    }
    if (!this.button) return;
    if (what === "play") this.plays = (this.plays || 0) + 1;
    this.button.classList.toggle("playing", this.playing);
    this.button.classList.toggle("heard", this.heard);
    this.button.style.setProperty("--done", duration ? currentTime / duration : 0);
    this.state.textContent =
      this.audio.error ? "cannot be loaded: press to try again"
      : what === "waiting" ? "loading"
      : this.playing ? "playing: press to stop"
      : this.heard ? "heard: press to hear it again" : "press to play";
  }
  static stopAll(but) {
    for (const one of Sound.shown) if (one !== but) one.stop();
  }
}
Sound.EVENTS = ["play", "pause", "timeupdate", "ended", "error", "waiting", "playing"];
Sound.shown = [];
Sound.last = null;
