// SPDX-License-Identifier: Apache-2.0
import Foundation
import Gradus
import GradusCore
import GradusDashboard
import GradusStudy
import Testing

struct InterfaceTests {
  @Test func trialsAreAskedAndTold() async throws {
    let site = try Site()
    defer { site.clear() }
    try site.begin(Site.plan(trials: 3))
    for k in 0..<3 {
      let asked = await site.post("/api/studies/wing/ask")
      #expect(asked.status == 200 && asked.json["trial"]?.whole == k)
      let x = try #require(asked.json["parameters"]?["x"]?.double)
      #expect((-5...5).contains(x) && asked.json["parameters"]?["kind"]?.text != nil)
      #expect(
        await site.post("/api/studies/wing/trials/\(k)/report", "{\"step\": 1, \"value\": \(x)}").json["prune"] == false
      )
      #expect(await site.post("/api/studies/wing/trials/\(k)/beat").status == 200)
      let body =
        k == 0
        ? "{\"values\": {\"loss\": \(x * x), \"memory\": 3}}"
        : k == 1 ? "{\"values\": [\(x * x)]}" : "{\"failed\": \"no\", \"log\": \"a\"}"
      let told = await site.post("/api/studies/wing/trials/\(k)/tell", body)
      #expect(told.json["state"] == (k == 2 ? "failed" : "complete"))
      #expect(await site.post("/api/studies/wing/trials/\(k)/tell", body).status == 409)
    }
    #expect(await site.post("/api/studies/wing/ask").json["done"] == "all 3 trials are done")
    let study = try #require(try StudyStorage(site.storage).replica.study(named: "wing"))
    #expect(study.trials.map(\.state) == [.complete, .complete, .failed])
    #expect(study.trials[0].attribute(.user, "memory")?.double == 3)
    #expect(study.trials[0].intermediate.count == 1)
    #expect(study.trials[2].attribute(.system, StudyDesk.failureAttribute) == "no")
  }

  private static let wrong: [(target: String, body: String, status: Int, message: String)] = [
    ("/api/studies/none/ask", "", 404, "no study 'none'"),
    ("/api/studies/wing/ask", "{", 400, "not JSON"),
    ("/api/studies/wing/ask", "[1]", 400, "must be an object"),
    ("/api/studies/wing/ask", "{\"lease\": 0}", 400, "seconds from 1"),
    ("/api/studies/wing/trials/77/tell", "{\"values\": [1]}", 404, "no trial 77"),
    ("/api/studies/wing/trials/x/tell", "{}", 404, "no trial 'x'"),
    ("/api/studies/wing/trials/0/tell", "{}", 400, "expected {\"values\": {\"loss\": 0.5}}"),
    ("/api/studies/wing/trials/0/tell", "{\"values\": [1, 2]}", 400, "2 numbers for 1 objective"),
    ("/api/studies/wing/trials/0/report", "{\"value\": 1}", 400, "\"step\""),
    ("/api/studies/wing/trials/0/report", "{\"step\": 1, \"value\": \"a\"}", 400, "\"value\""),
    ("/api/studies/wing/trials/0/sing", "{}", 404, "tell, report and beat"),
    ("/api/nothing", "{}", 404, "/api/studies"),
    ("/", "{}", 405, "GET"),
    ("/api/runs", "{\"name\": \"a\"}", 400, "\"start\""),
    (
      "/api/runs", "{\"name\": \"../a\", \"start\": {\"dim\": 2, \"lower\": [0, 0], \"upper\": [1, 1]}}", 400,
      "letters, digits"
    ),
    (
      "/api/runs", "{\"start\": {\"method\": \"cma-ess\", \"dim\": 2, \"lower\": [0, 0], \"upper\": [1, 1]}}", 400,
      "cma-es"
    ),
    ("/api/runs/none", "{\"ask\": {}}", 404, "no run 'none'"),
  ]

  @Test func whatIsWrongIsSaidInOneLine() async throws {
    let site = try Site()
    defer { site.clear() }
    try site.begin(Site.plan())
    _ = await site.post("/api/studies/wing/ask")
    for row in Self.wrong {
      let reply = await site.post(row.target, row.body)
      let message = reply.json["error"]?["message"]?.text ?? "none"
      #expect(reply.status == row.status && message.contains(row.message), "\(row.target): \(reply.status) \(message)")
      #expect(!message.contains("\n"))
    }
    // The trial is still ours.
    #expect(await site.post("/api/studies/wing/trials/0/tell", "{\"values\": [1]}").status == 200)
  }

  /// A value that is no number is a failed trial, as from a command.
  @Test func valuesThatAreNoNumbers() async throws {
    let site = try Site()
    defer { site.clear() }
    try site.begin(Site.plan())
    for (k, values) in ["{\"loss\": null}", "{\"loss\": \"nan\"}", "{\"other\": 1}", "{}"].enumerated() {
      _ = await site.post("/api/studies/wing/ask")
      let told = await site.post("/api/studies/wing/trials/\(k)/tell", "{\"values\": \(values)}")
      #expect(told.json["state"] == "failed" && told.json["reason"]?.text?.isEmpty == false)
    }
  }

  /// What is lent for too long is tried by somebody else, and counts once.
  @Test func leasesEnd() async throws {
    let site = try Site()
    defer { site.clear() }
    try site.begin(Site.plan(trials: 1))
    let first = await site.post("/api/studies/wing/ask", "{\"lease\": 1}")
    #expect(first.json["trial"]?.whole == 0)
    #expect(await site.post("/api/studies/wing/ask").json["wait"] == true)
    var second = JSONValue.null
    for _ in 0..<500 where second["trial"] == nil {
      await site.dashboard.tend()
      second = await site.post("/api/studies/wing/ask").json
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(second["trial"]?.whole == 1 && second["parameters"] == first.json["parameters"])
    #expect(await site.post("/api/studies/wing/trials/0/tell", "{\"values\": [1]}").status == 409)
    #expect(await site.post("/api/studies/wing/trials/1/tell", "{\"values\": [1]}").status == 200)
    #expect(await site.post("/api/studies/wing/ask").json["done"] != nil)
  }

  @Test func whatIsLentIsPutBackInTheEnd() async throws {
    let site = try Site()
    defer { site.clear() }
    try site.begin(Site.plan())
    _ = await site.post("/api/studies/wing/ask")
    await site.dashboard.close()
    let study = try #require(try StudyStorage(site.storage).replica.study(named: "wing"))
    #expect(study.trials.map(\.state) == [.waiting])
  }

  private static let start = """
    {"name": "sphere", "start": {"method": "cma-es", "dim": 3, "lower": [-5, -5, -5], "upper": [5, 5, 5], "seed": 4}}
    """

  /// Asks and tells so many points of a sphere; the points.
  private func work(_ site: Site, _ count: Int) async throws -> [JSONValue] {
    var points: [JSONValue] = []
    for _ in 0..<count {
      let point = try #require(
        await site.post("/api/runs/sphere", "{\"ask\": {\"max\": 1}}").json["points"]?.elements?.first)
      let f = point.doubles?.reduce(0) { $0 + $1 * $1 } ?? 0
      #expect(await site.post("/api/runs/sphere", "{\"tell\": {\"f\": [[\(f)]]}}").json["ok"] == true)
      points.append(point)
    }
    return points
  }

  /// A run over HTTP is in its file; another server goes on with the same points.
  @Test func runsSurviveTheirServer() async throws {
    let whole = try Site()
    defer { whole.clear() }
    #expect(await whole.post("/api/runs", Self.start).status == 201)
    let all = try await work(whole, 40)
    let first = try Site()
    defer { first.clear() }
    #expect(await first.post("/api/runs", Self.start).json["run"] == "sphere")
    #expect(await first.post("/api/runs", Self.start).status == 409)
    var points = try await work(first, 15)
    // Asked, and the server is gone before the answer; a torn line as well.
    let asked = await first.post("/api/runs/sphere", "{\"ask\": {\"max\": 1}}")
    let file = first.folder.appendingPathComponent("runs/sphere.asktell")
    let handle = try FileHandle(forWritingTo: file)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("{\"at\": 1, \"line\": {\"te".utf8))
    try handle.close()
    let second = try Site(folder: first.folder)
    let pending = await second.post("/api/runs/sphere", "{\"pending\": {}}")
    #expect(pending.json["ids"] == asked.json["ids"])
    let f = try #require(asked.json["points"]?.elements?.first?.doubles?.reduce(0) { $0 + $1 * $1 })
    #expect(await second.post("/api/runs/sphere", "{\"tell\": {\"f\": [[\(f)]]}}").json["ok"] == true)
    points += asked.json["points"]?.elements ?? []
    points += try await work(second, 24)
    #expect(points == all)
    #expect(await second.text("/runs/sphere").contains("cma-es"))
    #expect(await second.post("/api/runs/sphere", "{\"end\": {}}").json["recommend"] != nil)
    #expect(await second.post("/api/runs/sphere", "{\"ask\": {}}").status == 409)
    let third = try Site(folder: first.folder)
    #expect(await third.post("/api/runs/sphere", "{\"ask\": {}}").status == 409)
  }

  @Test func runsHaveNamesOfTheirOwn() async throws {
    let site = try Site()
    defer { site.clear() }
    let start = "{\"start\": {\"method\": \"random-search\", \"dim\": 1, \"lower\": [0], \"upper\": [1]}}"
    let (a, b) = (await site.post("/api/runs", start), await site.post("/api/runs", start))
    #expect(a.status == 201 && b.status == 201 && a.json["run"] != b.json["run"])
    let list = try JSONValue(parsing: await site.get("/api/runs").body)
    #expect(list["runs"]?.elements?.count == 2)
  }
}
