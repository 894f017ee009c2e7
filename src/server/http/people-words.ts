/** The texts of the pages of one sentence, in the language that the browser asks for. They load nothing of the page. */
import type { ErrorCode } from "../../contract/errors.ts"

/** What failed. */
export type Trouble = "missing" | "notSignedIn" | "notLinked"

interface Words {
  readonly titles: Readonly<Record<Trouble, string>>
  readonly missing: string
  /** Why somebody could not sign in with the provider. English has the sentence of the refusal itself. */
  readonly reasons?: Readonly<Partial<Record<ErrorCode, string>>> & { readonly ERR_INTERNAL: string }
  readonly home: string
}

export const words = {
  en: {
    titles: {
      missing: "Page not found",
      notSignedIn: "You are not signed in",
      notLinked: "Your account is not linked",
    },
    missing: "The link may be incomplete, or the address mistyped.",
    home: "Go to Warren",
  },
  de: {
    titles: {
      missing: "Seite nicht gefunden",
      notSignedIn: "Du bist nicht angemeldet",
      notLinked: "Dein Konto ist nicht verknüpft",
    },
    missing: "Der Link ist vielleicht unvollständig oder die Adresse falsch geschrieben.",
    reasons: {
      ERR_UNAUTHORIZED: "Die Anmeldung beim Anbieter hat nicht geklappt. Beginne sie noch einmal.",
      ERR_FORBIDDEN: "Mit diesem Konto beim Anbieter kommst du hier nicht hinein. Frag einen Administrator.",
      ERR_CONFLICT: "Dein Konto hier oder das beim Anbieter ist schon mit einem anderen verknüpft.",
      ERR_NOT_FOUND: "Dieser Server hat keinen Anbieter, bei dem man sich anmelden kann.",
      ERR_RATE_LIMITED: "Zu viele Versuche. Versuch es in ein paar Minuten wieder.",
      ERR_BUSY: "Der Anbieter antwortet nicht. Versuch es gleich noch einmal, oder melde dich mit einem Passwort an.",
      ERR_INTERNAL: "Auf dem Server ist etwas schiefgegangen. Versuch es noch einmal.",
    },
    home: "Zu Warren",
  },
  ar: {
    titles: {
      missing: "الصفحة غير موجودة",
      notSignedIn: "لم تسجّل الدخول",
      notLinked: "لم يُربط حسابك",
    },
    missing: "قد يكون الرابط ناقصًا، أو في العنوان خطأ.",
    reasons: {
      ERR_UNAUTHORIZED: "لم ينجح تسجيل الدخول لدى المزوّد. ابدأ من جديد.",
      ERR_FORBIDDEN: "لا يمكنك الدخول إلى هنا بهذا الحساب لدى المزوّد. اسأل أحد المديرين.",
      ERR_CONFLICT: "حسابك هنا أو لدى المزوّد مرتبط بحساب آخر.",
      ERR_NOT_FOUND: "ليس لهذا الخادم مزوّد يُسجَّل الدخول لديه.",
      ERR_RATE_LIMITED: "محاولات كثيرة. حاول بعد بضع دقائق.",
      ERR_BUSY: "لا يجيب المزوّد. حاول مجددًا بعد لحظات، أو سجّل الدخول بكلمة مرور.",
      ERR_INTERNAL: "حدث خطأ في الخادم. حاول مجددًا.",
    },
    home: "إلى Warren",
  },
} as const satisfies Record<string, Words>

type Language = keyof typeof words

/** The first available language of those the browser asks for, in its order. */
export function languageOf({ headers }: Request): Language {
  const asked = (headers.get("accept-language") ?? "").toLowerCase().split(",")
  const known = asked.map((one) => one.trim().slice(0, 2)).find((code) => Object.hasOwn(words, code))
  return (known as Language | undefined) ?? "en"
}

export function reasonIn(
  language: Language,
  { code, message }: { readonly code: ErrorCode; readonly message: string },
) {
  const { reasons }: Words = words[language]
  return reasons === undefined ? message : (reasons[code] ?? reasons.ERR_INTERNAL)
}
