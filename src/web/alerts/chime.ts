/** Two soft notes. They are synthesized, so nothing has to be loaded before they play. */
const notes = [
  { hertz: 587.3, fromS: 0 },
  { hertz: 880, fromS: 0.11 },
] as const
const volume = 0.07
const noteS = 0.45
/** Alerts within this time play once. */
const quietMs = 1_500

export class Chime {
  #audio: AudioContext | undefined
  #playedMs = Number.NEGATIVE_INFINITY

  play(): void {
    // A page that was never touched may play no sound, and browsers complain if it tries.
    const nowMs = performance.now()
    if (!navigator.userActivation?.hasBeenActive || nowMs - this.#playedMs < quietMs) return
    this.#playedMs = nowMs
    this.#audio ??= new AudioContext()
    const audio = this.#audio
    void audio.resume().then(() => {
      for (const note of notes) playNote(audio, note)
    })
  }
}

function playNote(audio: AudioContext, { hertz, fromS }: (typeof notes)[number]): void {
  const beginsS = audio.currentTime + fromS
  const loudness = audio.createGain()
  loudness.gain.setValueAtTime(0, beginsS)
  loudness.gain.linearRampToValueAtTime(volume, beginsS + 0.01)
  loudness.gain.exponentialRampToValueAtTime(0.0001, beginsS + noteS)
  const note = new OscillatorNode(audio, { frequency: hertz })
  note.connect(loudness).connect(audio.destination)
  note.start(beginsS)
  note.stop(beginsS + noteS)
}
