import { heardFromAnotherTab } from './sessionOver.ts'

/** All tabs of a browser share one session cookie, so each has to know of sign-ins and sign-outs in the others. */
const tabs = new BroadcastChannel('session')
tabs.onmessage = ({ data }: MessageEvent<{ username: string | undefined }>) => heardFromAnotherTab(data.username)

/** Says who has the session now; without a name, nobody. */
export const tellOtherTabs = (username?: string) => tabs.postMessage({ username })
