/**
 * Every sentence of the page, by where it stands. Plain strings, and functions where a name or a number comes in.
 * Names are isolated, numbers and lists come from `Intl`: a sentence is never put together outside of this folder.
 */
import { type Formats, isolated } from "./formats.ts"

export const en = (f: Formats) => ({
  shared: {
    close: "Close",
    tryAgain: "Try again",
    copyLink: "Copy link",
    copied: "Copied",
    linkCopied: "Link copied",
    loading: "Loading… If this takes a while, check your connection.",
  },
  names: {
    you: "You",
    someone: "Someone",
    /** Ada, Ben, and 4 others. */
    list: (names: readonly string[], others: number) =>
      f.list([...names.map(isolated), ...(others > 0 ? [f.count(others, { one: "# other", other: "# others" })] : [])]),
  },
  language: {
    label: "Language",
    browser: "Same as the browser",
  },
  /** As they are printed on keyboards. */
  keys: { control: "Ctrl", alt: "Alt", shift: "Shift", enter: "Enter", cancel: "Esc" },
  title: {
    page: "Warren",
    room: (name: string) => `${isolated(name)} · Warren`,
    unread: (count: string, title: string) => `(${count}) ${title}`,
  },
  problems: {
    nameEmpty: "Enter a name.",
    tooLong: (max: number) => `Use at most ${f.number(max)} characters.`,
    invisible: "Remove the invisible characters.",
    url: "Enter an address that starts with https:// or http://.",
    removed: "You were removed from this room.",
  },
  welcome: {
    title: "Welcome to Warren",
    lead: "Chat rooms for your team. What should we call you?",
    name: "Your name",
    nameHint: "Shown next to your messages.",
    submit: "Start chatting",
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
    typing: (names: string, count: number) => (count === 1 ? `${names} is typing` : `${names} are typing`),
  },
  sidebar: {
    direct: "Direct messages",
    label: "Rooms",
    newRoom: "New room",
    find: "Jump to…",
    own: "Your rooms",
    browse: "Browse rooms",
    more: "Show more",
    notListed: "This server doesn't list its rooms. Open one with its link.",
    failed: "Couldn't load the rooms. Try again in a moment.",
    unread: (shown: string) => `${shown} unread`,
    mentions: (shown: string) => `${shown} for you`,
    muted: "Muted",
    online: (count: number) => `${f.number(count)} online`,
    noMessages: "No messages yet",
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
    online: (count: number) => `${f.number(count)} online`,
    details: (isDirect: boolean): string => (isDirect ? "Conversation details" : "Room details"),
    copyLink: "Copy the link to this room",
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
    reactions: "Reactions",
    reacted: (emoji: string, names: string) => `${names} reacted with ${emoji}`,
    showAll: "Show all",
    showLess: "Show less",
    sending: "Sending…",
    waiting: "Waiting to send",
    refused: "Not sent.",
    edit: "Edit",
    remove: "Remove",
    pictureExcerpt: "Picture",
    announce: (author: string, text: string) => `${isolated(author)}: ${text}`,
  },
  /** Who came and went; `count` is how many `names` tells of. */
  notices: {
    joined: (names: string, _count: number) => `${names} joined`,
    left: (names: string, _count: number) => `${names} left`,
    visited: (names: string, _count: number) => `${names} joined and left`,
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
    now: "now",
    today: "Today",
    yesterday: "Yesterday",
  },
})
