// What Concord's own console serves at /cfg.js: the place to set loginUrl, logoutUrl and login.usernameHint.
window.concord = {}
