/** The page in Arabic, from right to left. */
import { type Formats, isolated } from "./formats.ts"
import type { Texts } from "./texts.ts"

export const ar = (f: Formats): Texts => ({
  shared: {
    close: "إغلاق",
    tryAgain: "حاول مجددًا",
    loading: "جارٍ التحميل… إن طال الأمر فتحقق من اتصالك.",
  },
  keys: { control: "Ctrl", alt: "Alt", shift: "Shift", enter: "Enter", cancel: "Esc" },
  problems: {
    removed: "أُخرجتَ من هذه الغرفة.",
  },
  connection: {
    idle: "جارٍ الاتصال…",
    connecting: "جارٍ الاتصال…",
    online: "متصل",
    offline: "بلا شبكة",
    down: "جارٍ إعادة الاتصال…",
    unauthorized: "لا صلاحية للدخول",
    refused: "غير متصل",
  },
  strip: {
    connecting: "جارٍ الاتصال…",
    offline: "لا اتصال لديك بالشبكة.",
    down: "تعذّر الوصول إلى الخادم.",
    later: "ستُرسل الرسائل عند عودة الاتصال.",
    refused: "غير متصل.",
    closed: "أنهى الخادم الاتصال.",
    full: "اتصالات كثيرة تأتي من شبكتك.",
    barred: "هذا الخادم غير مهيأ لهذا العنوان.",
  },
  sidebar: {
    direct: "الرسائل المباشرة",
    label: "الغرف",
    newRoom: "غرفة جديدة",
    find: "الانتقال إلى…",
    own: "غرفك",
    unread: (shown) => `${shown} غير مقروءة`,
    mentions: (shown) => `${shown} موجهة إليك`,
    private: "خاصة",
    muted: "مكتومة",
  },
  find: {
    label: "البحث عن غرف وأشخاص",
  },
  settings: {
    title: "الإعدادات",
  },
  profile: {
    edit: "تعديل ملفك الشخصي",
  },
  noRoom: {
    title: "اختر غرفة",
    text: "اختر واحدة من القائمة أو أنشئ غرفتك.",
    create: "إنشاء غرفة",
  },
  room: {
    back: "العودة إلى الغرف",
    details: (isDirect) => (isDirect ? "تفاصيل المحادثة" : "تفاصيل الغرفة"),
  },
  messages: {
    label: (room) => `رسائل ${isolated(room)}`,
    loading: "جارٍ تحميل الرسائل",
    loadingOlder: "جارٍ تحميل الرسائل السابقة…",
    start: (room) => `هنا بداية ${isolated(room)}`,
    startDirect: (people) => `هنا بداية رسائلك مع ${isolated(people)}`,
    startEmpty: "لا رسائل بعد. ألقِ التحية.",
    new: "جديد",
  },
  message: {
    edited: "(معدّلة)",
    sending: "جارٍ الإرسال…",
    waiting: "في انتظار الإرسال",
    pictureExcerpt: "صورة",
    announce: (author, text) => `${isolated(author)}: ${text}`,
  },
  composer: {
    label: (room) => `رسالة إلى ${isolated(room)}`,
    keys: "Enter للإرسال، وShift+Enter لسطر جديد",
    keysTouch: "Enter لسطر جديد، والزر للإرسال",
    picture: "إرسال ملفات",
    send: "إرسال",
    left: (count) => f.number(count),
  },
  emoji: {
    title: "رموز تعبيرية",
  },
  times: {
    today: "اليوم",
    yesterday: "أمس",
  },
})
