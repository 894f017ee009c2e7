/**
 * Every sentence of the page, by where it stands. Plain strings, and functions where a name or a number comes in.
 * Names are isolated, numbers and lists come from `Intl`: a sentence is never put together outside of this folder.
 */
import { type Formats, isolated } from "./formats.ts"

export const en = (f: Formats) => ({
  shared: {
    close: "Close",
    tryAgain: "Try again",
    loading: "Loading… If this takes a while, check your connection.",
  },
  /** As they are printed on keyboards. */
  keys: { control: "Ctrl", alt: "Alt", shift: "Shift", enter: "Enter", cancel: "Esc" },
  problems: {
    removed: "You were removed from this room.",
  },
  connection: {
    idle: "Connecting…",
    connecting: "Connecting…",
    online: "Online",
    offline: "Offline",
    down: "Reconnecting…",
    unauthorized: "No access",
    refused: "Not connected",
  },
  strip: {
    connecting: "Connecting…",
    offline: "You're offline.",
    down: "Can't reach the server.",
    /** After `offline` and `down`. */
    later: "Messages will be sent when you're back.",
    refused: "Not connected.",
    /** After `refused`. */
    closed: "The server closed the connection.",
    full: "Too many connections come from your network.",
    barred: "This server isn't set up for this address.",
  },
  sidebar: {
    direct: "Direct messages",
    label: "Rooms",
    newRoom: "New room",
    find: "Jump to…",
    own: "Your rooms",
    unread: (shown: string) => `${shown} unread`,
    mentions: (shown: string) => `${shown} for you`,
    private: "Private",
    muted: "Muted",
  },
  find: {
    label: "Find rooms and people",
  },
  settings: {
    title: "Settings",
  },
  profile: {
    edit: "Edit your profile",
  },
  noRoom: {
    title: "Choose a room",
    text: "Pick one from the list, or create your own.",
    create: "Create a room",
  },
  room: {
    back: "Back to rooms",
    details: (isDirect: boolean): string => (isDirect ? "Conversation details" : "Room details"),
  },
  messages: {
    label: (room: string) => `Messages in ${isolated(room)}`,
    loading: "Loading messages",
    loadingOlder: "Loading earlier messages…",
    start: (room: string) => `This is the start of ${isolated(room)}`,
    startDirect: (people: string) => `This is the start of your messages with ${isolated(people)}`,
    startEmpty: "No messages yet. Say hello.",
    new: "New",
  },
  message: {
    edited: "(edited)",
    sending: "Sending…",
    waiting: "Waiting to send",
    pictureExcerpt: "Picture",
    announce: (author: string, text: string) => `${isolated(author)}: ${text}`,
  },
  composer: {
    label: (room: string) => `Message ${isolated(room)}`,
    keys: "Enter sends, Shift+Enter starts a new line",
    keysTouch: "Enter starts a new line, the button sends",
    picture: "Send files",
    send: "Send",
    left: (count: number) => f.number(count),
  },
  emoji: {
    title: "Emoji",
  },
  times: {
    today: "Today",
    yesterday: "Yesterday",
  },
})
