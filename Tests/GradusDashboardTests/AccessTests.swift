// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusDashboard
import GradusNumerics
import Testing

struct AccessTests {
  private static let pages = [
    "/", "/studies/wing", "/runs/a.run", "/events?of=/", "/api/studies", "/api/runs", "/nothing",
  ]

  @Test(arguments: pages) func nothingIsSeenWithoutTheToken(_ page: String) async throws {
    let site = try Site()
    defer { site.clear() }
    try site.begin(Site.plan(), ending: 2)
    for header in [
      nil, "Bearer", "Bearer ", "Bearer 0123456789abcdeF", "Bearer 0123456789abcde", "Basic \(Site.token)",
    ] {
      let reply = await site.dashboard.reply(to: .init(method: "GET", target: page, authorization: header))
      #expect(reply.status == 401, "\(header ?? "no header")")
      let text = String(decoding: reply.body, as: UTF8.self)
      #expect(!text.contains("wing"))
      #expect(!text.contains(Site.token))
    }
  }

  @Test func styleAndSignInAreOpen() async throws {
    let site = try Site()
    defer { site.clear() }
    for page in ["/dashboard.css", "/dashboard.js", "/mark.svg", "/sign-in"] {
      let reply = await site.dashboard.reply(to: .init(method: "GET", target: page))
      #expect(reply.status == 200)
    }
  }

  @Test func theTokenOfAnAddressBecomesACookie() async throws {
    let site = try Site()
    defer { site.clear() }
    let reply = await site.dashboard.reply(to: .init(method: "GET", target: "/studies/wing?token=\(Site.token)"))
    #expect(reply.status == 303)
    #expect(reply.headers.contains { $0.name == "Location" && $0.value == "/studies/wing" })
    let cookie = try #require(reply.headers.first { $0.name == "Set-Cookie" }?.value)
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    let pair = String(cookie.prefix { $0 != ";" })
    let far = await site.dashboard.reply(to: .init(method: "GET", target: "//example.org/?token=\(Site.token)"))
    #expect(far.headers.contains { $0.name == "Location" && $0.value == "/example.org/" })
    let page = await site.dashboard.reply(to: .init(method: "GET", target: "/", cookie: "other=1; \(pair)"))
    #expect(page.status == 200)
    let wrong = await site.dashboard.reply(to: .init(method: "GET", target: "/?token=wrong", cookie: nil))
    #expect(wrong.status == 401)
  }

  /// A page of somebody else can make a browser send its cookies; it must not change anything with them.
  @Test func cookiesChangeNothing() async throws {
    let site = try Site()
    defer { site.clear() }
    try site.begin(Site.plan())
    let reply = await site.dashboard.reply(
      to: .init(method: "POST", target: "/api/studies/wing/ask", cookie: "gradus-token=\(Site.token)"))
    #expect(reply.status == 401)
    #expect(await site.post("/api/studies/wing/ask").status == 200)
  }

  @Test func signingIn() async throws {
    let site = try Site()
    defer { site.clear() }
    func enter(_ form: String) async -> DashboardReply {
      await site.dashboard.reply(to: .init(method: "POST", target: "/sign-in", body: Array(form.utf8)))
    }
    #expect(await enter("token=\(Site.token)").status == 303)
    let wrong = await enter("token=wrong%3Cscript%3E")
    #expect(wrong.status == 401)
    #expect(!String(decoding: wrong.body, as: UTF8.self).contains("<script>"))
  }

  @Test func everyAnswerIsProtected() async throws {
    let site = try Site()
    defer { site.clear() }
    for page in ["/", "/sign-in", "/api/studies", "/nothing"] {
      let headers = await site.get(page).headers
      let policy = headers.first { $0.name == "Content-Security-Policy" }?.value ?? ""
      #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"))
      #expect(headers.contains { $0.name == "X-Content-Type-Options" })
    }
  }

  @Test(arguments: ["PUT", "DELETE", "OPTIONS", ""]) func otherMethodsAreRefused(_ method: String) async throws {
    let site = try Site()
    defer { site.clear() }
    let reply = await site.dashboard.reply(
      to: .init(method: method, target: "/", authorization: "Bearer \(Site.token)"))
    #expect(reply.status == 405)
  }

  /// Whatever the address, there is an answer, and never a file of the system.
  @Test func addressesOfAnyKind() async throws {
    let site = try Site()
    defer { site.clear() }
    try site.begin(Site.plan(), ending: 3)
    let fixed = [
      "/../../etc/passwd", "/runs/..%2F..%2Fetc%2Fpasswd", "/runs/%2e%2e", "/runs/../s.journal", "/runs/..%2Fs.journal",
      "/api/runs/..%2fs.journal", "/studies/..%2f..", "//etc/passwd", "/studies/wing/trials/-1",
      "/studies/wing/trials/99",
      "/studies/wing/trials/9999999999999999999999", "/studies/wing/parts/trials?from=-9999999999999999999",
      "/studies/wing/parts/trials?from=9223372036854775807", "/studies/wing?objective=0&sort=%00",
      "/studies/wing?storage=x", "/runs/" + String(repeating: "a", count: 5000), "/runs/a%00b",
    ]
    for target in fixed {
      let reply = await site.get(target)
      #expect([200, 303, 400, 404].contains(reply.status), "\(target): \(reply.status)")
      #expect(!String(decoding: reply.body, as: UTF8.self).contains("root:x:"))
      #expect(!String(decoding: reply.body, as: UTF8.self).contains("op_code"))
    }
    for target in ["", "nothing", "/%", "/%zz", "/%ff", "/" + String(repeating: "a", count: 9000)] {
      #expect(await site.get(target).status == 400)
    }
    var random = RandomStream(seed: 3)
    let alphabet = Array("abc/%.?&=+ <>\"'\\#é0123456789-_studieswingrunsapi".unicodeScalars)
    for _ in 0..<2000 {
      var target =
        "/"
        + (random.uniform() < 0.5 ? ["studies/wing", "runs", "api/studies", "api/runs"][random.integer(below: 4)] : "")
      for _ in 0..<random.integer(below: 30) {
        target.unicodeScalars.append(alphabet[random.integer(below: alphabet.count)])
      }
      let get = await site.get(target)
      #expect((200..<410).contains(get.status), "\(target): \(get.status)")
      let post = await site.post(target, target)
      #expect((200..<410).contains(post.status), "\(target): \(post.status)")
    }
  }

  @Test func percentTextReadsBack() {
    var random = RandomStream(seed: 5)
    for _ in 0..<500 {
      let text = String(
        String.UnicodeScalarView(
          (0..<random.integer(below: 12)).compactMap { _ in Unicode.Scalar(UInt32(random.integer(below: 3000))) }))
      let encoded = PercentText.encoded(text)
      #expect(PercentText.decoded(encoded) == text)
      #expect(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
    }
    #expect(PercentText.encoded("..") == "%2E%2E" && PercentText.encoded("a.b") == "a.b")
  }
}
