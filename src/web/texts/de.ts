/** The page in German. */
import { type Formats, isolated } from "./formats.ts"
import type { Texts } from "./texts.ts"

export const de = (f: Formats): Texts => ({
  shared: {
    close: "Schließen",
    tryAgain: "Erneut versuchen",
    loading: "Wird geladen\u00a0… Falls es lange dauert, prüfe deine Verbindung.",
  },
  keys: { control: "Strg", alt: "Alt", shift: "Umschalt", enter: "Enter", cancel: "Esc" },
  problems: {
    removed: "Du wurdest aus diesem Raum entfernt.",
  },
  connection: {
    idle: "Verbinden\u00a0…",
    connecting: "Verbinden\u00a0…",
    online: "Online",
    offline: "Offline",
    down: "Verbindung wird wiederhergestellt\u00a0…",
    unauthorized: "Kein Zugang",
    refused: "Nicht verbunden",
  },
  strip: {
    connecting: "Verbinden\u00a0…",
    offline: "Du bist offline.",
    down: "Der Server ist nicht erreichbar.",
    later: "Nachrichten werden gesendet, sobald du wieder verbunden bist.",
    refused: "Nicht verbunden.",
    closed: "Der Server hat die Verbindung beendet.",
    full: "Aus deinem Netz kommen zu viele Verbindungen.",
    barred: "Dieser Server ist nicht für diese Adresse eingerichtet.",
  },
  sidebar: {
    direct: "Direktnachrichten",
    label: "Räume",
    newRoom: "Neuer Raum",
    find: "Springen zu\u00a0…",
    own: "Deine Räume",
    unread: (shown) => `${shown} ungelesen`,
    mentions: (shown) => `${shown} für dich`,
    private: "Privat",
    muted: "Stumm",
  },
  find: {
    label: "Räume und Personen finden",
  },
  settings: {
    title: "Einstellungen",
  },
  profile: {
    edit: "Profil bearbeiten",
  },
  noRoom: {
    title: "Wähle einen Raum",
    text: "Such dir einen aus der Liste aus oder erstelle einen eigenen.",
    create: "Raum erstellen",
  },
  room: {
    back: "Zurück zu den Räumen",
    details: (isDirect) => (isDirect ? "Über diese Unterhaltung" : "Über diesen Raum"),
  },
  messages: {
    label: (room) => `Nachrichten in ${isolated(room)}`,
    loading: "Nachrichten werden geladen",
    loadingOlder: "Frühere Nachrichten werden geladen\u00a0…",
    start: (room) => `Hier beginnt ${isolated(room)}`,
    startDirect: (people) => `Hier beginnen deine Nachrichten mit ${isolated(people)}`,
    startEmpty: "Noch keine Nachrichten. Sag Hallo.",
    new: "Neu",
  },
  message: {
    edited: "(bearbeitet)",
    sending: "Wird gesendet\u00a0…",
    waiting: "Wartet aufs Senden",
    pictureExcerpt: "Bild",
    announce: (author, text) => `${isolated(author)}: ${text}`,
  },
  composer: {
    label: (room) => `Nachricht an ${isolated(room)}`,
    keys: "Enter sendet, Umschalt+Enter beginnt eine neue Zeile",
    keysTouch: "Enter beginnt eine neue Zeile, die Taste daneben sendet",
    picture: "Dateien senden",
    send: "Senden",
    left: (count) => f.number(count),
  },
  emoji: {
    title: "Emoji",
  },
  times: {
    today: "Heute",
    yesterday: "Gestern",
  },
})
