import { heardFromAnotherTab } from './sessionOver.ts'

/** All tabs of a browser share one session cookie, so each has to know of sign-ins and sign-outs in the others. */
const tabs = new BroadcastChannel('session')
tabs.onmessage = ({ data }: MessageEvent<{ username: string | undefined }>) => heardFromAnotherTab(data.username)

/** Announces who is signed in now; without a name, that there is no session. */
export const notifyOtherTabs = (username?: string) => tabs.postMessage({ username })
