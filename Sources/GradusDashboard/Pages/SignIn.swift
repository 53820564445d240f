// SPDX-License-Identifier: Apache-2.0

/// The page that asks for the token.
enum SignIn {
  static func html(remark: String?) -> String {
    let body = """
      <main id="main">
      <h1>Sign in</h1>
      <p>The token is in what <code>gradus serve</code> has printed.</p>
      \(remark.map { SitePage.failure($0) } ?? "")<form method="post" action="/sign-in">
      <label for="token">Token</label>
      <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
      <button type="submit">Sign in</button>
      </form>
      </main>
      """
    return HTMLDocument(title: "Sign in – Gradus", head: SitePage.links, body: body).text
  }
}
