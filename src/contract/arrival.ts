/** In the place of a link's code: whoever was just signed in elsewhere opens the page with it, and has the cookie. */
export const arrivedCode = "signed-in"
