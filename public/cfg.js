// What Concord's own console serves at /cfg.js: the place to set loginUrl, logoutUrl, login.usernameHint, and
// console2Url: the address of Concord's own console, for links to its projects, teams and processes.
window.concord = {}
