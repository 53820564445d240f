// SPDX-License-Identifier: Apache-2.0
import Foundation
import Gradus
import GradusCore
import GradusDashboard
import GradusStudy
import Testing

struct PageTests {
  @Test func aStudyHasItsParts() async throws {
    let site = try Site()
    defer { site.clear() }
    let desk = try site.begin(Site.plan(), ending: 12)
    guard case .trial(let trial) = try desk.claim() else { return #expect(Bool(false)) }
    _ = try desk.report(trial, step: 1, value: 0.5)
    _ = try desk.report(trial, step: 2, value: 0.25)
    try desk.end(trial, .failed(reason: "it <broke>", errors: "line 1\nline 2 & more"))
    let page = await site.text("/studies/wing")
    for part in ["summary", "history", "trials", "importance", "parallel", "slice", "intermediate"] {
      #expect(page.contains("data-part=\"/studies/wing/parts/\(part)\""))
      #expect(await site.get("/studies/wing/parts/\(part)").status == 200)
    }
    #expect(page.contains("12 complete, 1 failed of 20") && page.contains("<svg"))
    #expect(await site.get("/studies/wing/parts/nothing").status == 404)
    let failed = await site.text("/studies/wing/trials/12")
    #expect(failed.contains("it &lt;broke&gt;") && failed.contains("line 1\nline 2 &amp; more"))
    #expect(failed.contains("Learning curve"))
    #expect(await site.text("/").contains("href=\"/studies/wing\""))
  }

  /// What a study is called and what its trials hold is text.
  @Test func namesAreText() async throws {
    let site = try Site()
    defer { site.clear() }
    let name = "</h1><script>alert(1)</script>/../%2e\" onload=\"x"
    var plan = Site.plan(name)
    plan.parameters = [["name": "<img src=x onerror=alert(2)>", "type": "float", "low": 0.0, "high": 1.0]]
    plan.objectives = [.init("<b>loss</b>", .minimize)]
    let desk = try site.begin(plan, ending: 3)
    guard case .trial(let trial) = try desk.claim() else { return #expect(Bool(false)) }
    try desk.end(
      trial,
      .complete(values: [1], constraints: [], notes: [.init("<i>note</i>", .string("</pre><script>alert(3)</script>"))])
    )
    let address = "/studies/\(PercentText.encoded(name))"
    let overview = await site.text("/")
    #expect(overview.contains("href=\"\(address)\""))
    let importance = await site.text("\(address)/parts/importance")
    let (page, last) = (await site.text(address), await site.text("\(address)/trials/3"))
    for text in [overview, page, last, importance] {
      for bad in ["<script>alert", "<img", "<b>loss", "<i>note", "onload=\"x"] { #expect(!text.contains(bad)) }
    }
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(await site.get("/api/studies/\(PercentText.encoded(name))").status == 200)
  }

  @Test func severalObjectivesHaveAFront() async throws {
    let site = try Site()
    defer { site.clear() }
    var plan = Site.plan("two")
    plan.objectives = [.init("a", .minimize), .init("b", .maximize)]
    plan.method = "nsga2"
    plan.intermediate = nil
    let desk = try site.begin(plan)
    for k in 0..<5 {
      guard case .trial(let trial) = try desk.claim() else { return #expect(Bool(false)) }
      try desk.end(trial, .complete(values: [Double(k), Double(k * k)], constraints: [], notes: []))
    }
    let page = await site.text("/studies/two")
    #expect(page.contains("Pareto front") && page.contains("front</dt><dd>5 trials"))
    #expect(await site.text("/studies/two?objective=2").contains("aria-current=\"true\">b</a>"))
  }

  @Test func pagesOfTrials() async throws {
    let site = try Site()
    defer { site.clear() }
    try site.begin(Site.plan(trials: 120), ending: 120)
    let first = await site.text("/studies/wing/parts/trials")
    #expect(first.contains("1–50 of 120") && first.contains("/trials/119\"") && !first.contains("/trials/69\""))
    #expect(first.contains("from=50"))
    let last = await site.text("/studies/wing/parts/trials?from=100")
    #expect(last.contains("101–120 of 120") && last.contains("/trials/0\""))
    #expect(await site.text("/studies/wing/parts/trials?from=1000").contains("no more trials"))
    #expect(await site.text("/studies/wing/parts/trials?sort=best").contains("sort=best"))
  }

  /// A storage that is not there is said, and is there when it is.
  @Test func storagesMayComeLater() async throws {
    let site = try Site()
    defer { site.clear() }
    #expect(await site.text("/").contains("cannot open"))
    #expect(await site.get("/studies/wing").status == 503)
    try site.begin(Site.plan(), ending: 1)
    #expect(await site.get("/studies/wing").status == 200)
  }

  @Test func revisionsTellOfChanges() async throws {
    let site = try Site()
    defer { site.clear() }
    let desk = try site.begin(Site.plan(), ending: 2)
    let topics = ["/", "/studies/wing"]
    for topic in topics {
      let before = await site.dashboard.revision(of: topic)
      #expect(before != nil)
      guard case .trial(let trial) = try desk.claim() else { return #expect(Bool(false)) }
      try desk.end(trial, .complete(values: [1], constraints: [], notes: []))
      var after = before
      for _ in 0..<200 where after == before {
        try await Task.sleep(for: .milliseconds(20))
        after = await site.dashboard.revision(of: topic)
      }
      #expect(after != before)
    }
    #expect(await site.dashboard.revision(of: "/studies/nothing") == nil)
  }

  @Test func documentsAreThoseOfTheCommand() async throws {
    let site = try Site()
    defer { site.clear() }
    try site.begin(Site.plan(), ending: 15)
    let studies = try JSONValue(parsing: await site.get("/api/studies").body)
    #expect(studies["studies"]?.elements?.first?["counts"]?["complete"] == 15)
    let trials = try JSONValue(parsing: await site.get("/api/studies/wing/trials").body)
    #expect(trials["schema"] == "gradus.study/1" && trials["trials"]?.elements?.count == 15)
    let one = try JSONValue(parsing: await site.get("/api/studies/wing/trials/3").body)
    #expect(one == trials["trials"]?.elements?[3])
    #expect(try JSONValue(parsing: await site.get("/api/studies/wing/best").body)["best"]?.elements?.count == 1)
    let importance = try JSONValue(parsing: await site.get("/api/studies/wing/importance").body)
    #expect(importance["parameters"]?.elements?.count == 2)
    let unknown = try JSONValue(parsing: await site.get("/api/studies/none").body)
    #expect(unknown["error"]?["code"] == "unknown")
  }
}
