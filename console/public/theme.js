// Runs before anything is painted, so that a dark console does not start with a white flash.
(function () {
  var theme = null;
  try {
    theme = localStorage.getItem('theme');
  } catch {
    // Storage can be switched off; the system's theme is then used.
  }
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
})();
