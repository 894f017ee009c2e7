/** What the documents call what is asked and answered: `SendMessage` and `SendMessageAnswer` of `send_message`. */
export function payloadName(event: string): string {
  return event.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

export function answerName(event: string): string {
  return `${payloadName(event)}Answer`
}
