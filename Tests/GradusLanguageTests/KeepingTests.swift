// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusLanguage
import Testing

@Suite struct KeepingTests {
  private func file() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("gradus-cassette-\(UUID().uuidString).jsonl").path
  }

  @Test func whatWasAskedIsNotAskedAgain() async throws {
    let path = file()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let counting = CountingModel()
    let meter = ModelMeter()
    var request = ModelRequest(asking: "a \"reply\":{ b\n", temperature: 0.5)
    for _ in 0..<2 {
      let cached = CachedModel(MeteredModel(counting, meter), try Cassette(path), meter: meter)
      #expect(try await cached.reply(to: request).text == request.prompt)
      #expect(try await cached.reply(to: request).usage == TokenUsage(prompt: 10, completion: 5))
    }
    #expect(counting.total == 1)
    #expect(meter.count.calls == 1 && meter.count.kept == 3)
    // Anything that the request states makes it another.
    request.temperature = 0.6
    _ = try await CachedModel(counting, try Cassette(path)).reply(to: request)
    request.seed = 1
    _ = try await CachedModel(counting, try Cassette(path)).reply(to: request)
    #expect(counting.total == 3)
  }

  @Test func recordingsAreReplayedInTheirOrder() async throws {
    let path = file()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let request = ModelRequest(asking: "again")
    let cassette = try Cassette(path)
    for text in ["one", "two"] { try cassette.add(ModelReply([.init(text)]), to: request, of: "here") }
    let recorded = RecordedModel(try Cassette(path, creates: false))
    var texts: [String] = []
    for _ in 0..<3 { texts.append(try await recorded.reply(to: request).text) }
    #expect(texts == ["one", "two", "two"])
    await #expect(throws: ModelFailure.self) { try await recorded.reply(to: ModelRequest(asking: "new")) }
    #expect(try Cassette(path).reply(to: request, of: "elsewhere") == nil)
  }

  @Test func aLineThatWasCutIsNoLine() async throws {
    let path = file()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let cassette = try Cassette(path)
    for k in 0..<3 { try cassette.add(ModelReply([.init("\(k)")]), to: ModelRequest(asking: "\(k)"), of: "here") }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let lines = whole.split(separator: 10)
    for cut in stride(from: whole.count - 1, to: whole.count - lines[2].count, by: -7) {
      try whole.prefix(cut).write(to: URL(fileURLWithPath: path))
      let cutCassette = try Cassette(path)
      #expect(cutCassette.count == 2)
      try cutCassette.add(ModelReply([.init("new")]), to: ModelRequest(asking: "new"), of: "here")
      let again = try Cassette(path)
      #expect(again.count == 3)
      #expect(try again.reply(to: ModelRequest(asking: "1"))?.text == "1")
      #expect(try again.reply(to: ModelRequest(asking: "new"))?.text == "new")
    }
    try Data("{\"other\": 1}\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: CassetteError.self) { try Cassette(path) }
  }

  @Test func severalWriteToOneFile() async throws {
    let path = file()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let cassettes = try (0..<4).map { _ in try Cassette(path) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (k, cassette) in cassettes.enumerated() {
        group.addTask {
          for i in 0..<50 {
            try cassette.add(ModelReply([.init("\(k) \(i)")]), to: ModelRequest(asking: "\(k) \(i)"), of: "here")
          }
        }
      }
      try await group.waitForAll()
    }
    let all = try Cassette(path)
    #expect(all.count == 200)
    for k in 0..<4 { #expect(try all.reply(to: ModelRequest(asking: "\(k) 49"))?.text == "\(k) 49") }
  }

  @Test func repliesComeBackWhole() throws {
    let reply = ModelReply(
      [.init("a\u{0}ü", ending: .length, tokens: [TokenProbability("a", nil), TokenProbability("ü", -0.25)])],
      embeddings: [[1, 2.5]], usage: TokenUsage(prompt: 1, completion: 2, isEstimate: true))
    #expect(ModelReply(json: try JSONValue(parsing: reply.json.description)) == reply)
  }

  // MARK: Budgets

  @Test func budgetsStopBeforeTheyAreExceeded() async throws {
    let counting = CountingModel()
    func spent(_ budget: ModelBudget, _ prices: ModelPrices = ModelPrices()) async -> (ModelMeter, String) {
      let meter = ModelMeter(budget, prices: prices, clock: .stopped)
      let metered = MeteredModel(counting, meter)
      for _ in 0..<50 {
        do throws(ModelFailure) {
          _ = try await metered.reply(to: ModelRequest(asking: "abc", maxTokens: 20))
        } catch { return (meter, error.description) }
      }
      return (meter, "")
    }
    let calls = await spent(ModelBudget(calls: 7))
    #expect(calls.0.count.calls == 7 && calls.1.contains("--budget-calls"))
    // 15 tokens a call are used, 30 may be.
    let tokens = await spent(ModelBudget(tokens: 100))
    #expect(tokens.0.count.usage.total <= 100 && tokens.0.count.calls == 5)
    #expect(tokens.1.contains("--budget-tokens") && tokens.1.contains("leaves 25"))
    let money = await spent(ModelBudget(cost: 1e-3), ModelPrices(prompt: 1, completion: 10))
    #expect(money.0.count.cost <= 1e-3 && money.1.contains("--budget-cost"))
    let time = await spent(ModelBudget(seconds: 0))
    #expect(time.0.count.calls == 0 && time.1.contains("--time-limit"))
  }

  @Test func whatIsUnderWayCounts() async throws {
    let counting = CountingModel()
    let metered = MeteredModel(counting, ModelMeter(ModelBudget(calls: 5)))
    await withTaskGroup(of: Void.self) { group in
      for k in 0..<30 { group.addTask { _ = try? await metered.reply(to: ModelRequest(asking: "\(k)")) } }
    }
    #expect(counting.total == 5)
    #expect(metered.meter.count.calls == 5)
    #expect(metered.meter.count.failures["budget"] == nil)
  }
}
