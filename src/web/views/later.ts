/**
 * The views that the first sight of the page does without, in one piece: many small ones cost the first load the names
 * of all of them, and each its own request.
 */
export { ChangeRefusal } from "./change-refusal.tsx"
export { ComposerNote } from "./composer-note.tsx"
export { ask } from "./deeds.ts"
export { DeleteDialog } from "./delete-dialog.tsx"
export { EditBox } from "./edit-box.tsx"
export { FileTray } from "./file-tray.tsx"
export { Files } from "./files.tsx"
export { FindDialog } from "./find-dialog.tsx"
export { followActing } from "./follow-acting.ts"
export { MessageActions } from "./message-actions.tsx"
export { MessageSheet } from "./message-sheet.tsx"
export { NewRoom } from "./new-room.tsx"
export { PictureDialog } from "./picture-dialog.tsx"
export { ProfileDialog } from "./profile-dialog.tsx"
export { ReplyNote } from "./reply-note.tsx"
export { RoomGone } from "./room-gone.tsx"
export { RoomPanel } from "./room-panel.tsx"
export { SearchDialog } from "./search-dialog.tsx"
export { SettingsDialog } from "./settings-dialog.tsx"
export { ShortcutsDialog } from "./shortcuts-dialog.tsx"
