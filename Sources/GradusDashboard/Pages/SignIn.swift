// SPDX-License-Identifier: Apache-2.0

/// The page that asks for the token.
enum SignIn {
  static func html(remark: String?) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Sign in – Gradus</title>
    <link rel="icon" href="/mark.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/dashboard.css">
    </head>
    <body>
    <main id="main">
    <h1>Sign in</h1>
    <p>The token is in what <code>gradus serve</code> has printed.</p>
    \(remark.map { SitePage.failure($0) } ?? "")<form method="post" action="/sign-in">
    <label for="token">Token</label>
    <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
    <button type="submit">Sign in</button>
    </form>
    </main>
    </body>
    </html>

    """
  }
}
