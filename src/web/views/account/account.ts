/** What only people with accounts or tokens see, in one chunk that is loaded when needed. */
export { AccountDialog } from "./account-dialog.tsx"
export { AdminDialog } from "./admin-dialog.tsx"
export { Entrance } from "./entrance.tsx"
export { InviteDialog } from "./invite-dialog.tsx"
