/** What only people with accounts or tokens see, in one piece that is loaded when it is wanted. */
export { AccountDialog } from "./account-dialog.tsx"
export { AdminDialog } from "./admin-dialog.tsx"
export { Entrance } from "./entrance.tsx"
export { InviteDialog } from "./invite-dialog.tsx"
